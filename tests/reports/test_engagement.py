"""People who take part, against figures counted by hand."""

from datetime import date

import pytest

from apps.reports.periods import Period
from apps.reports.rollups.refresh import refresh
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def active(at):
    """Ann, Bo and Cy; the 5th of October 2026 is a Monday, the 1st of November a Sunday."""
    ann, bo, cy = (UserFactory(created_at=at(-60)) for _ in range(3))
    old = PostFactory(author=ann, created_at=at(-40))

    def comment(author, *moment, **fields):
        CommentFactory(post=old, author=author, author_name="", created_at=at(*moment), **fields)

    # Twice on the 5th is once.
    PostFactory(author=ann, created_at=at(5))
    comment(ann, 5, 13)
    comment(bo, 5)
    comment(ann, 7)
    comment(cy, 11, 23, 59)
    comment(bo, 12)
    # What a visitor writes, and what is in the trash, is nobody's.
    CommentFactory(post=old, created_at=at(7))
    comment(cy, 8, trashed=True)
    comment(cy, 32)
    for _ in refresh():
        pass


def figures(rows) -> list[tuple]:
    return [(row.daily, row.weekly, row.monthly) for row in rows]


def test_figures_of_a_few_days(active, ask, october):
    result = ask("engagement", october(4, 7))[""]
    # Nobody wrote from 28 September to 4 October; three people did in the next week.
    assert figures(result.rows) == [(0, 0, 3), (2, 3, 3), (0, 3, 3), (1, 3, 3)]
    assert [row.share for row in result.rows] == pytest.approx([0, 2 / 3, 0, 1 / 3])
    means = {"daily": 3 / 4, "weekly": 9 / 4, "monthly": 3, "share": 1 / 4}
    assert result.totals == pytest.approx(means)


def test_by_week_each_is_its_own(active, ask, october):
    rows = ask("engagement", october(5, 18), "week")[""].rows
    assert figures(rows) == [(pytest.approx(4 / 7), 3, 3), (pytest.approx(1 / 7), 1, 3)]


def test_a_week_of_two_months(active, ask, october):
    """26 October to 1 November: on the Sunday it is November, in which Cy alone wrote."""
    [row] = ask("engagement", october(26, 32), "week")[""].rows
    assert (row.daily, row.weekly) == (pytest.approx(1 / 7), 1)
    assert row.monthly == pytest.approx((6 * 3 + 1) / 7)


def test_by_month(active, ask, october):
    [row] = ask("engagement", october(1, 31), "month")[""].rows
    assert (row.daily, row.monthly) == (pytest.approx(5 / 31), 3)
    # 7 days of 3 and 7 of 1, and the last 6 days share a week with the 1st of November.
    assert row.weekly == pytest.approx((7 * 3 + 7 * 1 + 6 * 1) / 31)


def test_one_day(active, ask, october):
    assert figures(ask("engagement", october(11, 11))[""].rows) == [(1, 3, 3)]


def test_the_day_the_clocks_change(ask, october, at, settings):
    """25 October, a Sunday, goes on until 23:00 in UTC; what comes then is of the next week."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    for moment in (at(24, 22), at(25, 22, 59), at(25, 23)):
        PostFactory(author=UserFactory(created_at=at(-60)), created_at=moment)
    for _ in refresh():
        pass
    assert figures(ask("engagement", october(25, 26))[""].rows) == [(2, 2, 3), (1, 1, 3)]


def test_nobody(ask, october):
    result = ask("engagement", october(5, 6))[""]
    assert figures(result.rows) == [(0, 0, 0)] * 2
    assert result.totals["share"] is None


def test_ten_years(active, ask):
    rows = ask("engagement", Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""].rows
    assert len(rows) == 120
    assert rows[-1].monthly == 3
