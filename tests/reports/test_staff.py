"""What the staff did, against entries counted by hand."""

from datetime import date

import pytest

from apps.activity.models import AuditEntry
from apps.reports.periods import Period
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    def made(person, moment, action: str, object_type: str = "posts.post") -> None:
        AuditEntry.objects.create(
            actor_id=person.pk if person else None,
            at=moment,
            action=action,
            object_type=object_type,
            object_id=1,
            source="edit",
        )

    return made


@pytest.fixture
def done(at, entry):
    """Ann and Bo in the days from 5 to 7 October; the schedule is nobody."""
    ann, bo = UserFactory(name="Ann"), UserFactory(name="Bo")
    for day, person, *what in (
        (5, ann, "create"), (5, ann, "change"), (5, bo, "change"), (5, None, "publish"),
        (7, ann, "publish"), (7, ann, "submit"), (7, ann, "approve", "posts.comment"),
        (7, ann, "trash", "posts.comment"), (7, ann, "download", "reports.report"),
        (3, bo, "change"),
    ):  # fmt: skip
        entry(person, at(day), *what)
    return ann, bo


def figures(rows) -> list[tuple]:
    return [(row.actions, row.people) for row in rows]


def test_figures_of_a_few_days(done, ask, october):
    result = ask("staff", october(5, 7))[""]
    assert figures(result.rows) == [(3, 2), (0, 0), (5, 1)]
    # Ann is one person on both days.
    assert result.totals == {"actions": 8, "people": 2}
    # 28 to 30 September.
    assert result.totals_before == {"actions": 0, "people": 0}


def test_by_week_and_one_day(done, ask, october):
    assert figures(ask("staff", october(1, 11), "week")[""].rows) == [(1, 1), (8, 2)]
    assert figures(ask("staff", october(7, 7))[""].rows) == [(5, 1)]


def test_by_person(done, ask, october):
    ann, bo = done
    rows = ask("staff", october(5, 7))["people"].rows
    assert [(row.id, row.name, row.actions) for row in rows] == [
        (ann.pk, "Ann", 7),
        (bo.pk, "Bo", 1),
    ]
    first = rows[0]
    kinds = (first.added, first.saved, first.moved, first.judged, first.binned, first.other)
    assert kinds == (1, 1, 2, 1, 1, 1)


def test_a_person_who_is_gone(ask, october, at, entry):
    gone = UserFactory()
    entry(gone, at(5), "change")
    type(gone)._base_manager.filter(pk=gone.pk).delete()
    [row] = ask("staff", october(5, 5))["people"].rows
    assert row.name == f"Person {gone.pk}, gone"


def test_by_action(done, ask, october):
    rows = ask("staff", october(5, 7))["actions"].rows
    assert [(row.action, row.of, row.times) for row in rows] == [
        ("Saved", "posts", 2),
        ("Approved", "comments", 1),
        ("Moved to trash", "comments", 1),
        ("Added", "posts", 1),
        ("Published", "posts", 1),
        ("Submitted", "posts", 1),
        ("Downloaded", "reports.report", 1),
    ]


def test_the_day_the_clocks_change(ask, october, at, entry, settings):
    """25 October has 25 hours in Copenhagen: from the 24th 22:00 to the 25th 23:00 in UTC."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    person = UserFactory()
    for moment in (at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)):
        entry(person, moment, "change")
    assert figures(ask("staff", october(24, 26))[""].rows) == [(1, 1), (2, 1), (1, 1)]


def test_nothing_was_done(ask, october):
    results = ask("staff", october(5, 7))
    assert results[""].totals == {"actions": 0, "people": 0}
    assert results["people"].rows == results["actions"].rows == []


def test_ten_years(done, ask):
    rows = ask("staff", Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""].rows
    assert (len(rows), figures(rows)[-1]) == (120, (9, 2))
