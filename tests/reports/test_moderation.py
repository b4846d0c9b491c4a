"""How long comments wait, against figures counted by hand."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.reports.periods import Period
from tests import factories
from tests.factories import CommentFactory

pytestmark = pytest.mark.django_db
HOUR = 3_600


@pytest.fixture
def judged(at):
    """Of 5 October: three judged after 30 minutes, 5 and 30 hours, one by itself, two wait."""
    for moment in (at(5, 12, 30), at(5, 17), at(6, 18)):
        CommentFactory(created_at=at(5), status="removed", moderated_at=moment)
    CommentFactory(created_at=at(5), status="approved")
    for _ in range(2):
        CommentFactory(created_at=at(5))
    CommentFactory(created_at=at(6), status="spam", moderated_at=at(6, 13), trashed=True)
    CommentFactory(created_at=at(7), status="spam", moderated_at=at(7, 13))
    CommentFactory(created_at=at(0), status="spam", moderated_at=at(2))


def figures(rows) -> list[tuple]:
    return [(one.received, one.waiting, one.handled) for one in rows]


def test_figures_of_a_few_days(judged, ask, october):
    result = ask("moderation", october(5, 7))[""]
    assert figures(result.rows) == [(6, 2, 3), (0, 0, 0), (1, 0, 1)]
    middle, none, one = (row.to_handle for row in result.rows)
    assert 5 * HOUR <= middle <= 6 * HOUR
    assert none is None
    assert HOUR <= one <= 1.5 * HOUR
    # Of four the second took an hour.
    assert HOUR <= result.totals["to_handle"] <= 1.5 * HOUR
    assert {name: result.totals[name] for name in ("received", "waiting", "handled")} == {
        "received": 7, "waiting": 2, "handled": 4,
    }  # fmt: skip
    # 28 to 30 September.
    assert figures(result.rows_before) == [(0, 0, 0), (0, 0, 0), (1, 0, 1)]


def test_by_week_and_one_day(judged, ask, october):
    assert figures(ask("moderation", october(5, 11), "week")[""].rows) == [(7, 2, 4)]
    assert figures(ask("moderation", october(7, 7))[""].rows) == [(1, 0, 1)]


def test_the_day_the_clocks_change(ask, october, at, settings):
    """25 October has 25 hours in Copenhagen: from the 24th 22:00 to the 25th 23:00 in UTC."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    for moment in (at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)):
        CommentFactory(created_at=moment, status="spam", moderated_at=moment + timedelta(hours=2))
    result = ask("moderation", october(24, 26))[""]
    assert figures(result.rows) == [(1, 0, 1), (2, 0, 2), (1, 0, 1)]
    assert all(2 * HOUR <= row.to_handle <= 3 * HOUR for row in result.rows)


def test_ten_years(judged, ask):
    result = ask("moderation", Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""]
    assert figures(result.rows)[-2:] == [(1, 0, 1), (7, 2, 4)]


# What waits now


@pytest.fixture
def waiting():
    """Days ago: three today, one on each edge of the ages, and what is not waiting."""
    now = timezone.now().replace(hour=0, minute=0, second=1)
    for days in (0, 0, 0, 1, 2, 6, 7, 27, 28, 400):
        CommentFactory(created_at=now - timedelta(days=days))
    CommentFactory(created_at=now, status="approved")
    CommentFactory(created_at=now - timedelta(days=3), trashed=True)


def test_the_backlog_by_age(waiting, ask, october):
    """It is of now, whatever the period."""
    rows = ask("moderation", october(5, 8))["backlog"].rows
    assert [(row.age, row.waiting) for row in rows] == [
        ("Today", 3), ("Yesterday", 1), ("2 to 6 days", 2), ("1 to 4 weeks", 2),
        ("Over 4 weeks", 2),
    ]  # fmt: skip
    assert [row.share for row in rows] == [0.3, 0.1, 0.2, 0.2, 0.2]


def test_ages_reach_to_the_oldest(ask, october):
    CommentFactory(created_at=timezone.now() - timedelta(days=1))
    rows = ask("moderation", october(5, 8))["backlog"].rows
    assert [(row.age, row.waiting) for row in rows] == [("Today", 0), ("Yesterday", 1)]


def test_nothing_waits(ask, october):
    results = ask("moderation", october(5, 8))
    assert results["backlog"].rows == []
    assert results[""].totals == {"received": 0, "waiting": 0, "handled": 0, "to_handle": None}


def test_ages_lead_to_the_list(waiting, client):
    client.force_login(factories.maud())
    text = client.get("/admin/reports/moderation/").content.decode()
    today = timezone.localdate()
    days = f"created_at_from={today - timedelta(days=6)}&created_at_to={today - timedelta(days=2)}"
    address = f"/admin/posts/comment/?status=pending&{days}"
    assert address.replace("&", "&amp;") in text
    assert client.get(address).content.decode().count('name="_selected_action"') == 2
