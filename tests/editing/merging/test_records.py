import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.editing.merging.parts import Outcome
from apps.editing.merging.records import Kind, merge_record
from tests.editing.merging.texts import edits

KINDS = {"title": Kind.VALUE, "status": Kind.VALUE, "content": Kind.TEXT, "tags": Kind.SET}
BASE = {"title": "Harbour", "status": "draft", "content": "One.\n\nTwo.", "tags": [1, 2]}


def merged(theirs, mine, base=BASE):
    return merge_record(base, theirs, mine, KINDS)


@pytest.mark.parametrize(
    ("theirs", "mine", "outcome", "value"),
    [
        ({}, {}, Outcome.UNCHANGED, "Harbour"),
        ({"title": "Quay"}, {}, Outcome.THEIRS, "Quay"),
        ({}, {"title": "Quay"}, Outcome.MINE, "Quay"),
        ({"title": "Quay"}, {"title": "Quay"}, Outcome.SAME, "Quay"),
        ({"title": "Quay"}, {"title": "Pier"}, Outcome.CONFLICT, "Pier"),
    ],
)
def test_a_short_field(theirs, mine, outcome, value):
    title = merged(theirs, mine).fields["title"]

    assert (title.outcome, title.value) == (outcome, value)
    assert title.base == "Harbour"


def test_different_fields_merge():
    merge = merged({"title": "Quay"}, {"status": "review"})

    assert merge.values == BASE | {"title": "Quay", "status": "review"}
    assert merge.conflicts == {}
    assert list(merge.having(Outcome.THEIRS)) == ["title"]


def test_a_text_merges_by_paragraph_and_shows_how():
    content = merged({"content": "One!\n\nTwo."}, {"content": "One.\n\nTwo!"}).fields["content"]

    assert (content.outcome, content.value) == (Outcome.MERGED, "One!\n\nTwo!")
    assert [part.outcome for part in content.text.parts if part.outcome is not Outcome.UNCHANGED]


def test_a_text_in_conflict_is_one_of_the_record():
    merge = merged({"content": "One!\n\nTwo."}, {"content": "One?\n\nTwo."})

    assert list(merge.conflicts) == ["content"]
    assert merge.values["content"] == merge.fields["content"].text.text


def test_a_text_that_is_missing_on_one_side_is_a_value():
    merge = merged({"content": None}, {"content": "One?\n\nTwo."})

    assert merge.fields["content"].outcome is Outcome.CONFLICT
    assert merge.fields["content"].text is None


@pytest.mark.parametrize(
    ("theirs", "mine", "outcome", "value"),
    [
        ([2, 1], [1, 2], Outcome.UNCHANGED, [1, 2]),
        ([1, 2, 3], [1, 2, 4], Outcome.MERGED, [1, 2, 3, 4]),
        ([1], [2, 3], Outcome.MERGED, [3]),
        ([], [1, 2, 3], Outcome.MERGED, [3]),
        ([3, 1, 2], [1, 2], Outcome.THEIRS, [1, 2, 3]),
        ({1}, {1}, Outcome.SAME, [1]),
    ],
)
def test_what_was_added_to_and_removed_from_a_set_combines(theirs, mine, outcome, value):
    tags = merged({"tags": theirs}, {"tags": mine}).fields["tags"]

    assert (tags.outcome, tags.value) == (outcome, value)


def test_only_the_named_fields_are_merged():
    merge = merged({"version": 3}, {"version": 2})

    assert list(merge.fields) == list(KINDS)


tags = st.lists(st.integers(0, 5), unique=True)
titles = st.sampled_from(["a", "b", None])


@given(st.tuples(tags, tags, tags), st.tuples(titles, titles, titles), edits())
def test_for_any_records_the_sides_may_be_swapped_and_an_unchanged_one_gives_the_other(
    sets, values, contents
):
    base, theirs, mine = (
        {"title": title, "status": "draft", "content": content, "tags": sorted(tags)}
        for title, content, tags in zip(values, contents, sets, strict=True)
    )
    one, other = merged(theirs, mine, base), merged(mine, theirs, base)

    assert set(one.conflicts) == set(other.conflicts)
    for name in set(KINDS) - set(one.conflicts):
        assert one.values[name] == other.values[name]
    assert merged(base, mine, base).values == mine
    assert merged(theirs, base, base).values == theirs
