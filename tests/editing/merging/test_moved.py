"""What both moved, or wrote, at different places."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.editing.merging.merge import merge_text

ONE, TWO, THREE, FOUR = "The quay is shut.", "Boats wait.", "Ask at noon.", "It lasts ten weeks."


def text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"


BASE = text(ONE, TWO, THREE, FOUR)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "proposed"),
    [
        # A paragraph, an item, a row, a sentence.
        (
            BASE,
            text(TWO, ONE, THREE, FOUR),
            text(TWO, THREE, FOUR, ONE),
            text(TWO, ONE, THREE, FOUR),
        ),
        ("- a\n- b\n- c\n- d", "- b\n- a\n- c\n- d", "- b\n- c\n- d\n- a", "- b\n- a\n- c\n- d"),
        ("|a|\n|b|\n|c|\n|d|", "|b|\n|a|\n|c|\n|d|", "|b|\n|c|\n|d|\n|a|", "|b|\n|a|\n|c|\n|d|"),
        (
            "One. Two. Ten. Six.",
            "Two. One. Ten. Six.",
            "Two. Ten. Six. One.",
            "Two. One. Ten. Six.",
        ),
        # What is new, at two places.
        (
            text(ONE, TWO),
            text("It may rain.", ONE, TWO),
            text(ONE, TWO, "It may rain."),
            text("It may rain.", ONE, TWO),
        ),
    ],
)
def test_it_is_asked_about_and_proposed_once(base, theirs, mine, proposed):
    merge = merge_text(base, theirs, mine)
    (conflict,) = merge.conflicts
    assert merge.text == proposed
    assert len(merge_text(base, mine, theirs).conflicts) == 1
    assert merge.resolved([conflict.mine]) == mine


def test_what_else_was_written_there_is_in_the_proposal():
    theirs = text(TWO, ONE, THREE, FOUR)
    mine = text(TWO, THREE, FOUR, f"{ONE} Or so.")
    assert "Or so." in merge_text(BASE, theirs, mine).text


def test_two_people_may_write_the_same_few_words():
    theirs, mine = text(ONE, "Yes.", TWO, THREE, FOUR), text(ONE, TWO, THREE, "Yes.", FOUR)
    merge = merge_text(BASE, theirs, mine)
    assert merge.conflicts == []
    assert merge.text == text(ONE, "Yes.", TWO, THREE, "Yes.", FOUR)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "result"),
    [
        # The first save of a form that is sent again was merged with what stood beside it.
        ("- a\n- b\n", "- so a\n- c\n- b\n", "- a\n- c\n- b\n- d\n", "- so a\n- c\n- b\n- d\n"),
        ("- a\n- b\n", "- a\n- c\n- so b\n", "- d\n- a\n- c\n- b\n", "- d\n- a\n- c\n- so b\n"),
        (text(ONE, TWO), text(f"So {ONE}", FOUR, TWO), text(ONE, FOUR, TWO, THREE), None),
        (
            text(ONE, TWO),
            text(f"So {ONE}", FOUR, THREE, TWO),
            text(ONE, FOUR, THREE, TWO, "Yes."),
            None,
        ),
    ],
)
def test_what_both_have_side_by_side_stands_once_and_nobody_is_asked(base, theirs, mine, result):
    merge, other = merge_text(base, theirs, mine), merge_text(base, mine, theirs)
    assert merge.conflicts == other.conflicts == []
    assert merge.text == other.text
    assert merge.text == (result or mine.replace(ONE, f"So {ONE}"))


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        ("- a\n- b\n", "- so a\n- two barges go\n- b\n", "- a\n- three barges go\n- b\n"),
        (text(ONE, TWO), text(f"So {ONE}", "It lasts a week.", TWO), text(ONE, FOUR, TWO)),
    ],
)
def test_what_is_nearly_the_same_side_by_side_is_asked_about(base, theirs, mine):
    assert len(merge_text(base, theirs, mine).conflicts) == 1
    assert len(merge_text(base, mine, theirs).conflicts) == 1


def test_what_is_new_beside_an_edit_of_a_word_is_not():
    theirs, mine = text("The old quay is shut.", TWO), text(ONE, "It is an old story.", TWO)
    merge = merge_text(text(ONE, TWO), theirs, mine)
    assert merge.conflicts == []
    assert merge.text == text("The old quay is shut.", "It is an old story.", TWO)


def test_a_move_beside_another_move_merges():
    theirs, mine = text(TWO, ONE, THREE, FOUR), text(ONE, TWO, FOUR, THREE)
    assert merge_text(BASE, theirs, mine).text == text(TWO, ONE, FOUR, THREE)


ITEMS = [f"- item {n}" for n in range(5)]
moves = st.lists(st.tuples(st.sampled_from(range(5)), st.sampled_from(range(5))), max_size=3)


def in_order(of: list[tuple[int, int]]) -> str:
    items = [*ITEMS]
    for start, end in of:
        items.insert(end, items.pop(start))
    return "\n".join(items)


@given(moves, moves)
def test_no_item_of_a_list_that_both_put_in_order_stands_twice_or_is_missing(theirs, mine):
    merge = merge_text("\n".join(ITEMS), in_order(theirs), in_order(mine))
    assert merge.conflicts or Counter(merge.text.split("\n")) == Counter(ITEMS)
