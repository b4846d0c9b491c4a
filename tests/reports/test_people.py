"""Sign-ups, new contributors and standings, against figures counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.reports.answers import read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from apps.reports.rollups import reading
from apps.reports.rollups.refresh import refresh
from apps.users.models import User
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of October 2026."""
    return datetime(2026, 10, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def october(first: int, last: int) -> Period:
    return Period(at(first).date(), at(last).date() + timedelta(days=1))


def ask(period: Period, granularity: str = "day", **filters):
    for _ in refresh():
        pass
    return read_now(period, granularity, **filters)


def read_now(period: Period, granularity: str = "day", **filters):
    question = Question(period, granularity, filters)
    results, _ = read(report_for("people"), question, compare=True, person_id=None)
    return results


def figures(rows) -> list[tuple[int, int]]:
    return [(row.signups, row.contributors) for row in rows]


@pytest.fixture
def people():
    """Ten accounts; Ann, Bo and Cy begin to write in the days from 5 to 8 October."""
    ann = UserFactory(created_at=at(5), region="North")
    bo = UserFactory(created_at=at(5), region="South")
    cy = UserFactory(created_at=at(7, 23, 59), region="North")
    dee = UserFactory(created_at=at(1), region="North")
    UserFactory(created_at=at(8, 0, 0), region="South")
    UserFactory(created_at=at(8), deleted_at=at(9))
    UserFactory(created_at=at(8), is_active=False)
    UserFactory(
        created_at=at(8), suspended_until=datetime(2126, 1, 1, tzinfo=UTC), email_verified=True
    )
    UserFactory(created_at=at(8), suspended_until=at(9), email_verified=True)
    UserFactory(created_at=at(12))
    # Ann: a post on the 6th and more on the 8th. Bo: a comment on the 6th, a post on the 7th.
    for day in (6, 8, 8):
        PostFactory(author=ann, created_at=at(day))
    own = PostFactory(author=bo, created_at=at(7))
    CommentFactory(post=own, author=bo, author_name="", created_at=at(6))
    # Cy: trashed on the 7th, so the 8th. Dee wrote before.
    PostFactory(author=cy, created_at=at(7), trashed=True)
    CommentFactory(post=own, author=cy, author_name="", created_at=at(8))
    PostFactory(author=dee, created_at=at(3))
    PostFactory(author=dee, created_at=at(8))
    # A visitor's comment is nobody's first.
    CommentFactory(post=own, created_at=at(6))


def test_figures_of_a_few_days(people):
    result = ask(october(5, 8))[""]
    assert figures(result.rows) == [(2, 0), (0, 2), (1, 0), (4, 1)]
    assert result.totals == {"signups": 7, "contributors": 3}
    # The four days a week before: Dee joined on the 1st and first wrote on the 3rd of October,
    # which is after the 28th of September to the 1st of October.
    assert figures(result.rows_before) == [(0, 0), (0, 0), (0, 0), (1, 0)]
    assert result.totals_before == {"signups": 1, "contributors": 0}


def test_figures_of_a_region(people):
    assert figures(ask(october(5, 8), region="North")[""].rows) == [(1, 0), (0, 1), (1, 0), (0, 1)]


def test_figures_by_week_and_month(people):
    # Thursday 1 to Sunday 4, then the week of Monday 5.
    assert figures(ask(october(1, 11), "week")[""].rows) == [(1, 1), (7, 3)]
    assert figures(ask(october(1, 31), "month")[""].rows) == [(9, 4)]


def test_a_day_begins_at_midnight_here(people, settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 7 October 23:59 in UTC is the 8th in Copenhagen, and the 8th at noon stays the 8th.
    assert figures(ask(october(7, 8))[""].rows) == [(0, 0), (5, 1)]


@pytest.mark.parametrize(
    ("zone", "moments", "expected"),
    [
        # 25 October 2026 has 25 hours in Copenhagen: 24th 22:00 to 25th 23:00 in UTC.
        ("Europe/Copenhagen", [at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)], [1, 2, 1]),
        ("UTC", [at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)], [2, 2, 0]),
    ],
)
def test_the_day_the_clocks_change(settings, zone, moments, expected):
    settings.TIME_ZONE = zone
    for moment in moments:
        UserFactory(created_at=moment)
    assert [row.signups for row in ask(october(24, 26))[""].rows] == expected


def standings(results) -> list[tuple[str, int, int]]:
    return [(row.standing, row.people, row.verified) for row in results["standing"].rows]


STANDINGS = [("Active", 5, 1), ("Suspended", 1, 1), ("Switched off", 1, 0)]


def test_how_those_who_joined_stand(people):
    assert standings(ask(october(5, 8))) == STANDINGS


def test_how_those_of_a_region_stand(people):
    # Suspended elsewhere, and in the region but before; both are verified.
    later = datetime(2126, 1, 1, tzinfo=UTC)
    UserFactory(created_at=at(3), region="North", suspended_until=later, email_verified=True)
    UserFactory(created_at=at(6), region="Far North", suspended_until=later, email_verified=True)
    found = standings(ask(october(5, 8), region="North"))
    assert found == [("Active", 2, 0), ("Suspended", 0, 0), ("Switched off", 0, 0)]
    found = standings(ask(october(1, 8), region="North"))
    assert found == [("Active", 3, 0), ("Suspended", 1, 1), ("Switched off", 0, 0)]


def test_who_is_switched_off_or_in_the_trash_is_not_suspended(people):
    later = datetime(2126, 1, 1, tzinfo=UTC)
    UserFactory(created_at=at(6), is_active=False, suspended_until=later, email_verified=True)
    UserFactory(created_at=at(6), deleted_at=at(7), suspended_until=later)
    assert standings(ask(october(5, 8))) == [*STANDINGS[:2], ("Switched off", 2, 1)]


def test_standings_by_totals_and_by_the_clock(people, monkeypatch):
    """All days are counted, then somebody is suspended: at once, until it ends by itself."""
    monkeypatch.setattr(reading, "LIVE_DAYS", 7)
    ask(october(5, 8))
    User.objects.filter(region="South", created_at=at(5)).update(
        suspended_until=timezone.now() + timedelta(hours=1)
    )
    period = october(5, 8)
    assert standings(read_now(period)) == [("Active", 4, 1), ("Suspended", 2, 1), STANDINGS[2]]
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert standings(read_now(period)) == STANDINGS


def test_standings_of_days_that_are_still_to_be_counted(people, monkeypatch):
    """A page names these days; none of its figures is below zero."""
    monkeypatch.setattr(reading, "LIVE_DAYS", 0)
    UserFactory(is_active=False, created_at=timezone.now())
    period = Period(at(5).date(), timezone.localdate() + timedelta(days=1))
    # Nothing has been counted: today is read from the tables.
    found = standings(read_now(period))
    assert found == [("Active", 0, 0), ("Suspended", 1, 1), ("Switched off", 1, 0)]


def test_one_day(people):
    result = ask(october(8, 8))[""]
    assert figures(result.rows) == [(4, 1)]
    assert figures(result.rows_before) == [(1, 0)]


def test_nobody(people):
    results = ask(october(13, 31))
    assert results[""].totals == {"signups": 0, "contributors": 0}
    assert results["standing"].rows == []


def test_ten_years(people):
    decade = Period(
        datetime(2016, 11, 1, tzinfo=UTC).date(), datetime(2026, 11, 1, tzinfo=UTC).date()
    )
    result = ask(decade, "month")[""]
    assert len(result.rows) == 120
    # Dee and the ones above: all but the one in the trash; four have written.
    assert result.totals["signups"] >= 9
    assert result.rows[-1].signups == 9
    assert result.rows[-1].contributors == 4
