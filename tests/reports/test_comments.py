"""Comments by status, hour and time to the first, against figures counted by hand."""

from datetime import date

import pytest

from apps.reports.periods import Period
from tests.factories import CommentFactory, PostFactory

pytestmark = pytest.mark.django_db
HOUR = 3_600


@pytest.fixture
def said(at):
    """Monday 5 to Thursday 8 October; a comment of the week before and one in the trash."""
    post = PostFactory(status="published", published_at=at(-40), created_at=at(-40))
    for moment, status in (
        (at(5, 9, 30), "approved"),
        (at(5, 9, 59), "approved"),
        (at(5, 10), "spam"),
        (at(6, 23, 59), "pending"),
        (at(8, 0), "removed"),
        (at(-2, 9), "approved"),
    ):
        CommentFactory(post=post, created_at=moment, status=status)
    CommentFactory(post=post, created_at=at(6), status="approved", trashed=True)


def figures(rows) -> list[tuple]:
    return [(one.received, one.approved, one.pending, one.spam, one.removed) for one in rows]


def test_figures_of_a_few_days(said, ask, october):
    result = ask("comments", october(5, 8))[""]
    assert figures(result.rows) == [(3, 2, 0, 1, 0), (1, 0, 1, 0, 0), (0,) * 5, (1, 0, 0, 0, 1)]
    assert result.totals == {"received": 5, "approved": 2, "pending": 1, "spam": 1, "removed": 1}
    # 28 September to 1 October.
    assert figures(result.rows_before) == [(1, 1, 0, 0, 0), (0,) * 5, (0,) * 5, (0,) * 5]


def test_by_week_and_month(said, ask, october):
    assert figures(ask("comments", october(1, 11), "week")[""].rows) == [(0,) * 5, (5, 2, 1, 1, 1)]
    assert figures(ask("comments", october(1, 31), "month")[""].rows) == [(5, 2, 1, 1, 1)]


def test_the_hours_of_the_week(said, ask, october):
    rows = ask("comments", october(5, 11))["hours"].rows
    assert len(rows) == 7 * 24
    found = {(row.weekday, row.hour): row.comments for row in rows if row.comments}
    assert found == {
        ("Mon", "09:00"): 2, ("Mon", "10:00"): 1, ("Tue", "23:00"): 1, ("Thu", "00:00"): 1,
    }  # fmt: skip


def test_an_hour_that_comes_twice(ask, october, at, settings):
    """On 25 October 2026, a Sunday, clocks in Copenhagen go from 03:00 back to 02:00."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    for moment in (at(24, 21, 59), at(24, 22), at(25, 0, 30), at(25, 1, 30), at(25, 2, 30)):
        CommentFactory(created_at=moment)
    results = ask("comments", october(24, 26))
    assert [row.received for row in results[""].rows] == [1, 4, 0]
    found = {(row.weekday, row.hour): row.comments for row in results["hours"].rows}
    assert found["Sat", "23:00"] == found["Sun", "00:00"] == found["Sun", "03:00"] == 1
    assert found["Sun", "02:00"] == 2


def test_time_to_the_first_comment(ask, october, at):
    """On the 5th after 90 minutes, 3 hours and 5; the earliest approved one counts."""
    for minutes in (90, 180, 300):
        post = PostFactory(
            status="published", created_at=at(5), published_at=at(5), comment_count=2
        )
        CommentFactory(post=post, status="spam", created_at=at(5, 12, 1))
        CommentFactory(
            post=post, status="approved", created_at=at(5, 12 + minutes // 60, minutes % 60)
        )
        CommentFactory(post=post, status="approved", created_at=at(7))
    PostFactory(status="published", created_at=at(5), published_at=at(5))
    late = PostFactory(status="published", created_at=at(6), published_at=at(6), comment_count=1)
    CommentFactory(post=late, status="approved", created_at=at(8))
    result = ask("comments", october(5, 7))["first"]
    assert [row.discussed for row in result.rows] == [3, 1, 0]
    middle, late_one, none = (row.to_first for row in result.rows)
    # Known by the bucket: from 3 to 4 hours, from 2 to 3 days.
    assert 3 * HOUR <= middle <= 4 * HOUR
    assert 48 * HOUR <= late_one <= 72 * HOUR
    assert none is None
    # Of four, half took at most as long as the second: from 3 to 4 hours.
    assert 3 * HOUR <= result.totals["to_first"] <= 4 * HOUR


def test_one_day(said, ask, october):
    assert figures(ask("comments", october(5, 5))[""].rows) == [(3, 2, 0, 1, 0)]


def test_nothing_was_said(ask, october):
    results = ask("comments", october(5, 8))
    assert results[""].totals["received"] == 0
    assert results["hours"].rows == []
    assert results["first"].totals["to_first"] is None


def test_ten_years(said, ask):
    result = ask("comments", Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""]
    assert len(result.rows) == 120
    assert [row.received for row in result.rows[-2:]] == [1, 5]
