import pytest

from apps.activity.recorded import recorded_as
from apps.editing.history.comparison import fields_of
from apps.editing.labels import Labels
from apps.editing.merging.matching import Budget
from apps.posts.models import Post


def blocks(name: str, old, new) -> list[tuple[str, str, int]]:
    labels = Labels(recorded_as(Post))
    (found,) = fields_of({name: [old, new]}, labels, Budget())
    return [(block.old, block.new, block.unchanged) for block in found.blocks]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("One.\n\nTwo.", "One.\n\nThree.", [("One.", "One.", 1), ("Two", "Three", 0)]),
        ("One.", "One.\n\nTwo.", [("One.", "One.", 1), ("", "Two", 0)]),
        ("One.\n\nTwo.\n", "Two.\n", [("One", "", 0), ("Two.", "Two.", 1)]),
        ("One.\n\nTwo.", "One.\n\n\n\nTwo.", [("", "", 1), ("blank", "blank", 0), ("", "", 1)]),
        ("A.\n\nB.\n\nC.\n\nD.", "A.\n\nB.\n\nC.\n\nE.", [("A.", "A.", 3), ("D", "E", 0)]),
        ("One.\n\nTwo.", "1.\n\n2.", [("One", "1", 0), ("Two", "2", 0)]),
    ],
)
def test_paragraphs_that_changed_stand_apart_from_those_that_did_not(old, new, shown):
    found = blocks("content", old, new)
    assert [block[2] for block in found] == [block[2] for block in shown]
    for block, expected in zip(found, shown, strict=True):
        assert expected[0] in block[0]
        assert expected[1] in block[1]
        assert not block[0].startswith("\n")
        assert not block[1].endswith("\n")


@pytest.mark.parametrize(
    ("name", "old", "new", "shown"),
    [
        ("title", "A red cat", "A red dog", ("A red <del>cat</del>", "A red <ins>dog</ins>")),
        ("slug", "a-red-cat", "a-red-dog", ("<del>a-red-cat</del>", "<ins>a-red-dog</ins>")),
        ("content", "", "All of it", ("–", "<ins>All of it</ins>")),
        ("status", "draft", "review", ("<del>Draft</del>", "<ins>In review</ins>")),
        ("tags", [7], [7, 8], ("#7 (gone)", "#7 (gone), <ins>#8 (gone)</ins>")),
        ("headline", "Old", "New", ("<del>Old</del>", "<ins>New</ins>")),
    ],
)
def test_a_value_is_marked_as_what_it_is(name, old, new, shown):
    assert [block[:2] for block in blocks(name, old, new)] == [shown]
