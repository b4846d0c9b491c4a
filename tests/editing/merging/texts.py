"""Random texts, and random edits of them, for the property tests of merge and difference."""

from hypothesis import strategies as st

SENTENCES = [
    "One.",
    "Two are 4.6 million!",
    "“Three?” he asked.",
    "Four",
    "# Five",
    "- six",
    "| a | b |",
    "```",
    "Ein Satz von Dr. Ort.",
    "了。然后",
    "",
]
BLANKS = [" ", " ", "\n", "\n\n", "\n\n", "  \n", "\n \n"]

pieces = st.tuples(st.sampled_from(SENTENCES), st.sampled_from(BLANKS)).map("".join)
made_of_sentences = st.lists(pieces, max_size=10).map("".join)
any_text = st.text(alphabet="ab .!\n`~|-#1“”。\t\u2028é", max_size=60)
texts = made_of_sentences | any_text


@st.composite
def edited(draw, base: str) -> str:
    """The base with a few pieces replaced, deleted or inserted."""
    found = [piece for piece in base.splitlines(keepends=True) if piece] or [base]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(found)))
        found[at : at + draw(st.integers(0, 2))] = draw(st.lists(pieces, max_size=2))
    return "".join(found)


@st.composite
def edits(draw) -> tuple[str, str, str]:
    """A base and two edits of it."""
    base = draw(texts)
    return base, draw(edited(base) | texts), draw(edited(base) | texts)
