import re
import time
from html import unescape

import pytest
from hypothesis import given

from apps.editing.merging.difference import Mark, difference, replaced
from apps.editing.merging.matching import Budget
from tests.editing.merging.texts import texts
from tests.sizes import HOSTILE_BYTES


def sides(old, new):
    """Both columns of texts that differ in one hunk."""
    (hunk,) = difference(old, new)
    return hunk.old, hunk.new


def plain(html):
    return unescape(re.sub(r"</?(?:ins|del)>", "", html))


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("It is May.", "It is June.", "It is <del>May</del>.", "It is <ins>June</ins>."),
        ("At 4.2 tons", "At 4.6 tons", "At <del>4.2</del> tons", "At <ins>4.6</ins> tons"),
        ("He isn’t in", "He is in", "He <del>isn’t</del> in", "He <ins>is</ins> in"),
        ("So it is", "So it really is", "So it is", "So it <ins>really </ins>is"),
        ("On 2 May.", "On 2 May, at noon.", "On 2 May.", "On 2 May<ins>, at noon</ins>."),
        ("Title to go", "Title", "Title<del> to go</del>", "Title"),
        ("", "New", "", "<ins>New</ins>"),
    ],
)
def test_the_words_that_differ_are_marked(old, new, left, right):
    assert sides(old, new) == (left, right)


def test_marks_with_one_short_word_between_are_one():
    assert sides("start the work", "begin the task") == (
        "<del>start the work</del>",
        "<ins>begin the task</ins>",
    )


def test_marks_with_a_longer_word_or_two_between_are_not_joined():
    assert sides("start with work", "begin with task")[0] == (
        "<del>start</del> with <del>work</del>"
    )
    assert sides("start on a work", "begin on a task")[0] == (
        "<del>start</del> on a <del>work</del>"
    )


def test_a_number_between_marks_is_not_a_word_of_three_letters():
    assert sides("over 4.6 tons", "about 4.6 pounds")[0] == "<del>over</del> 4.6 <del>tons</del>"


def test_marks_do_not_join_over_a_line_end():
    (hunk,) = difference("- one\n- two", "- uno\n- dos")

    assert hunk.old == "- <del>one</del>\n- <del>two</del>"


def test_equal_paragraphs_are_hunks_of_their_own():
    hunks = difference("One.\n\nTwo.\n\nThree.", "One.\n\nZwei.\n\nThree.")

    assert [hunk.is_equal for hunk in hunks] == [True, False, True]
    assert [hunk.both for hunk in hunks] == [
        "One.\n\n",
        "<del>Two</del><ins>Zwei</ins>.",
        "\n\nThree.",
    ]


@pytest.mark.parametrize(("old", "new"), [("", ""), ("One.\n", "One.\n"), ("a\r\nb", "a\nb")])
def test_equal_texts_have_no_marks(old, new):
    assert all(hunk.is_equal for hunk in difference(old, new))


def test_markup_in_the_texts_is_shown_as_text():
    (hunk,) = difference("<b>&amp;</b> {0} {}", "<script>alert(1)</script> {0} {}")

    assert "<script" not in hunk.both
    assert "<b>" not in hunk.both
    assert plain(hunk.old) == "<b>&amp;</b> {0} {}"


def test_the_base_shows_what_either_side_replaced():
    base = "It costs 4.2 million, half of it paid at once."
    theirs = base.replace("4.2", "4.6")
    mine = base.replace("at once", "later")

    assert replaced(base, theirs, mine) == (
        "It costs <del>4.2</del> million, half of it paid <del>at once</del>."
    )
    assert replaced(base, base, base) == base


@given(texts, texts)
def test_the_columns_are_the_texts(old, new):
    hunks = difference(old, new)

    assert plain("".join(hunk.old for hunk in hunks)) == old
    assert plain("".join(hunk.new for hunk in hunks)) == new
    for hunk in hunks:
        assert hunk.is_equal == (hunk.old == hunk.new)
        assert hunk.is_equal or {run.mark for run in hunk.runs} != {Mark.EQUAL}


@given(texts, texts)
def test_what_is_struck_in_the_base_leaves_the_base(base, other):
    assert plain(replaced(base, other)) == base


@pytest.mark.parametrize("blank", [" ", "\n", "\n\n", ". "])
def test_two_long_texts_with_nothing_in_common_stop_at_a_limit(blank):
    old = blank.join(f"old{n % 999}" for n in range(HOSTILE_BYTES // 8))
    new = blank.join(f"new{n % 998}" for n in range(HOSTILE_BYTES // 8))
    budget = Budget()

    started = time.process_time()
    hunks = difference(old, new, budget)

    assert time.process_time() - started < 20
    assert plain("".join(hunk.new for hunk in hunks)) == new


def test_beyond_the_limit_larger_pieces_are_marked_and_the_budget_says_so():
    old, new = ("\n\n".join(f"{kind} {n}" for n in range(2_000)) for kind in ("old", "new"))
    budget = Budget()

    hunks = difference(old, new, budget)

    assert budget.is_spent
    assert plain("".join(hunk.old for hunk in hunks)) == old
