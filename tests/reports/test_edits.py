"""What became of edits, against figures counted by hand."""

from datetime import date

import pytest

from apps.activity.models import AuditEntry
from apps.reports.periods import Period
from tests.factories import PendingEditFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _soon_after(monkeypatch, at):
    """It is 15 October 2026: edits that were kept are removed after a month."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(15))


@pytest.fixture
def saved():
    """`saved(at(5), "merge")`: one entry of a person."""
    person = UserFactory()

    def made(moment, source: str, by=person) -> None:
        AuditEntry.objects.create(
            actor_id=by and by.pk,
            at=moment,
            action="change",
            object_type="posts.post",
            object_id=1,
            source=source,
        )

    return made


@pytest.fixture
def kept():
    """`kept(at(5), "lock", at(6))`: an edit that was kept, and merged by hand at the second."""
    person = UserFactory()

    def made(moment, cause: str, merged=None, resolution: str = "merged") -> None:
        fields = {"resolution": resolution, "resolved_at": merged} if merged else {}
        PendingEditFactory(user=person, created_at=moment, cause=cause, object_id=1, **fields)

    return made


@pytest.fixture
def edits(at, saved, kept):
    """On the 5th: two as typed, two merged, one of them by hand; on the 7th two more."""
    for source in ("edit", "edit", "merge", "merge", "bulk", "schedule"):
        saved(at(5), source)
    saved(at(5), "edit", by=None)
    kept(at(4), "conflict", at(5))
    kept(at(5), "session", at(5), "applied")
    kept(at(5), "session")
    kept(at(7), "lock", at(7, 13), "discarded")
    saved(at(7), "merge")
    saved(at(7), "edit")


def figures(rows) -> list[tuple]:
    return [(row.saved, row.plain, row.by_themselves, row.by_hand, row.kept) for row in rows]


def test_figures_of_a_few_days(edits, ask, october):
    result = ask("edits", october(5, 7))[""]
    assert figures(result.rows) == [(4, 2, 1, 1, 2), (0, 0, 0, 0, 0), (2, 1, 1, 0, 1)]
    assert result.totals == {"saved": 6, "plain": 3, "by_themselves": 2, "by_hand": 1, "kept": 3}


def test_by_week_and_one_day(edits, ask, october):
    weeks = ask("edits", october(1, 11), "week")[""].rows
    assert figures(weeks) == [(0, 0, 0, 0, 1), (6, 3, 2, 1, 3)]
    assert figures(ask("edits", october(7, 7))[""].rows) == [(2, 1, 1, 0, 1)]


def test_why_they_were_kept(edits, ask, october):
    rows = ask("edits", october(5, 7))["causes"].rows
    assert [(row.cause, row.kept, row.waiting) for row in rows] == [
        ("Your session had ended", 2, 1),
        ("Somebody else was saving it", 1, 0),
    ]


def test_what_waits_now_is_shown_whatever_the_period(edits, ask, october):
    [row] = ask("edits", october(20, 21))["causes"].rows
    assert (row.cause, row.kept, row.waiting) == ("Your session had ended", 0, 1)


def test_the_day_the_clocks_change(ask, october, at, saved, kept, settings, monkeypatch):
    """25 October has 25 hours in Copenhagen: from the 24th 22:00 to the 25th 23:00 in UTC."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(27))
    settings.TIME_ZONE = "Europe/Copenhagen"
    for moment in (at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)):
        saved(moment, "merge")
        kept(moment, "conflict", moment)
    rows = ask("edits", october(24, 26))[""].rows
    assert figures(rows) == [(1, 0, 0, 1, 1), (2, 0, 0, 2, 2), (1, 0, 0, 1, 1)]


def test_nothing_was_edited(ask, october):
    results = ask("edits", october(5, 7))
    assert set(results[""].totals.values()) == {0}
    assert results["causes"].rows == []


def test_ten_years(edits, ask):
    rows = ask("edits", Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""].rows
    assert (len(rows), figures(rows)[-1]) == (120, (6, 3, 2, 1, 4))
