import pytest

from apps.activity.actions import record
from apps.activity.between import changes_between
from apps.activity.changes import Change
from apps.activity.models import AuditEntry
from apps.activity.shortened import LONGEST, length_of

pytestmark = pytest.mark.django_db
KINDS = {
    "null": [None, "x"],
    "flag": [False, True],
    "number": [0, 12_345_678_901],
    "text": ["", '“Ünïcode” "quoted" \\ \n and 100 % {braces}'],
    "limit": ["a" * LONGEST, "€" * LONGEST],
    "ids": [[], list(range(200))],
    "file": [None, {"sha256": "a" * 64, "bytes": 3}],
    "profile.bio": ["dotted", "name"],
}


def entry_with(**changes) -> AuditEntry:
    change = Change("posts.post", 1, "", 2, changes)
    made = record(change, "change", by=None)
    return AuditEntry.objects.in_short().get(pk=made.pk)


def test_values_of_every_kind_are_as_they_were():
    assert entry_with(**KINDS).short == KINDS
    assert changes_between("posts.post", 1, 1, 2) == KINDS


def test_a_long_text_is_its_length():
    short = entry_with(content=["a" * (LONGEST + 1), "short"], title=["€" * 1_000, None]).short
    assert short == {
        "content": [{"characters": LONGEST + 1}, "short"],
        "title": [{"characters": 1_000}, None],
    }
    assert [length_of(value) for value in short["content"]] == [LONGEST + 1, None]


def test_a_change_of_nothing_is_nothing():
    assert entry_with().short == {}
