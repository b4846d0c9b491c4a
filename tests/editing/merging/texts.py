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


# Sentences of one kind, as in a list of facts, are the hardest to tell apart.
FACTS = [f"Berth {n} {at} is free." for n in range(2) for at in range(4)]


@st.composite
def with_words(draw, text: str, name: str) -> str:
    """The text with a few words typed between its own, and a few taken out that were typed."""
    found = text.split(" ")
    for number in range(draw(st.integers(1, 4))):
        typed = [at for at, word in enumerate(found) if word.startswith("so")]
        if typed and draw(st.booleans()):
            del found[draw(st.sampled_from(typed))]
        else:
            found.insert(draw(st.integers(1, len(found) - 1)), f"so{name}{number}")
    return " ".join(found)


@st.composite
def edits_by_word(draw) -> tuple[str, str, str]:
    """A base of which each of two people changed a few words, and no sentence."""
    facts = "\n\n".join(" ".join(FACTS[at : at + 4]) for at in (0, 4)) + "\n"
    base = draw(with_words(facts, "base"))
    return base, draw(with_words(base, "theirs")), draw(with_words(base, "mine"))
