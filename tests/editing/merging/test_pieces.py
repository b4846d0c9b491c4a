from itertools import pairwise

import pytest
from hypothesis import given

from apps.editing.merging.pieces import paragraphs, sentences, words
from tests.editing.merging.texts import texts


def content(pieces):
    return [piece for piece in pieces if not piece.isspace()]


@pytest.mark.parametrize("split", [paragraphs, sentences, words])
@given(text=texts)
def test_the_pieces_joined_are_the_text(split, text):
    pieces = split(text)

    assert "".join(pieces) == text
    assert "" not in pieces


@given(text=texts)
def test_a_blank_is_a_piece_of_its_own_between_paragraphs(text):
    pieces = paragraphs(text)

    assert all(piece == piece.rstrip() or piece.isspace() for piece in pieces)
    assert not any(a.isspace() and b.isspace() for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped! Did it?", ["It rained.", "It stopped!", "Did it?"]),
        ("It cost 4.6 million. Or 4,6?", ["It cost 4.6 million.", "Or 4,6?"]),
        (
            "Dr. Ort, e.g. here, met J. Doe. He left.",
            ["Dr. Ort, e.g. here, met J. Doe.", "He left."],
        ),
        ("“Really?” he asked. “Yes.” All left.", ["“Really?” he asked.", "“Yes.”", "All left."]),
        ("Wait … what? Well... yes.", ["Wait … what?", "Well... yes."]),
        ("It rained.It stopped.", ["It rained.", "It stopped."]),
        ("See www.example.com or a.b.c. Then go.", ["See www.example.com or a.b.c.", "Then go."]),
        ("下雨了。停了！“真的？”他问。", ["下雨了。", "停了！", "“真的？”他问。"]),
        ("**Bold.** Then (this.) More.", ["**Bold.**", "Then (this.)", "More."]),
        ("1. First. More\n2. Second", ["1. First.", "More", "2. Second"]),
        ("- one\n- two\n  still two\n* three", ["- one", "- two", "still two", "* three"]),
        ("# Of St. John\nText", ["# Of St. John", "Text"]),
        ("| Is. | c |\n|---|---|\n| d | e |", ["| Is. | c |", "|---|---|", "| d | e |"]),
        ("Roses\nViolets", ["Roses", "Violets"]),
    ],
)
def test_sentences(text, expected):
    assert content(sentences(text)) == expected


def test_a_wrapped_sentence_is_one():
    text = "The contract went to the company that asked for least of all,\nas it always does. So."

    assert content(sentences(text)) == [text[:-4], "So."]


def test_code_is_one_paragraph_and_splits_into_lines():
    code = '```py\nx = "One. Two."\n\n# y\n```'
    text = f"Before. More.\n{code}\nAfter."

    assert content(paragraphs(text)) == ["Before. More.", code, "After."]
    assert content(sentences(text)) == [
        "Before.", "More.", "```py", 'x = "One. Two."', "# y", "```", "After.",
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["", "\n~~~", "\n``", "\n``` x"])
def test_code_goes_on_until_a_fence_of_its_kind(end):
    text = f"```\na\n\nb. C{end}"

    assert content(paragraphs(text)) == [text]


def test_words_with_a_point_or_an_apostrophe_inside_are_one():
    text = "He's 4.6 % of 140,000, isn’t he?"

    assert content(words(text)) == [
        "He's", "4.6", "%", "of", "140,000", ",", "isn’t", "he", "?",
    ]  # fmt: skip
