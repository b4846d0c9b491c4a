"""What a person decides about an edit."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict

from apps.editing.conflicts import answered, conflicts_of_text
from apps.editing.merging.records import Kind, merge_record

FIELD = SimpleNamespace(name="content", label="Content")


def decided(base: str, theirs: str, mine: str, choice: str) -> str:
    """The text that comes of it, the same answer given to everything that is asked."""
    sides = ({"content": side} for side in (base, theirs, mine))
    merge = merge_record(*sides, {"content": Kind.TEXT}).fields["content"]
    conflicts = list(conflicts_of_text(FIELD, merge, 1))
    data = QueryDict("&".join(f"{one.choice}={choice}" for one in conflicts))
    return answered(conflicts, data)[0]["content"]


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "both"),
    [
        ("One. Two. Three.", "One. Zwei. Three.", "One. Deux. Three.", "One. Zwei. Deux. Three."),
        ("- a\n- b\n", "- a\n- c\n", "- a\n- d\n", "- a\n- c\n- d\n"),
        ("- a\n", "- a\n- c\n", "- a\n- d\n", "- a\n- c\n- d\n"),
        ("| a |\n| b |\n", "| a |\n| c |\n", "| a |\n| d |\n", "| a |\n| c |\n| d |\n"),
        ("```\na\n```", "```\nb\n```", "```\nc\n```", "```\nb\nc\n```"),
        ("- a", "- b", "- c", "- b\n- c"),
        ("- a\n- b", "- c\n- d", "- e\n- f", "- c\n- e\n- d\n- f"),
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| c |", "Gone.", "| a |\n|---|\n| c |\nGone."),
        ("a. b. c. d.", "e. f.", "g. h.", "e. f. g. h."),
        ("One. Two.", "One.", "One. Deux.", "One. Deux."),
        ("Quay shuts", "Pier shuts", "Quay shuts, says Ada", "Pier shuts Quay shuts, says Ada"),
    ],
)
def test_both_stand_one_after_the_other_as_what_is_around_them(base, theirs, mine, both):
    assert decided(base, theirs, mine, "both") == both


@pytest.mark.parametrize(("choice", "text"), [("theirs", "- a\n- c\n"), ("mine", "- a\n- d\n")])
def test_one_of_two_is_taken_as_it_is(choice, text):
    assert decided("- a\n- b\n", "- a\n- c\n", "- a\n- d\n", choice) == text
