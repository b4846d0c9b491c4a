from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.reports.periods import DAY, LONGEST_DAYS, Granularity, Period

STARTS = st.dates(date(1990, 1, 1), date(2060, 1, 1))
LENGTHS = st.integers(1, LONGEST_DAYS)
GRANULARITIES = st.sampled_from(Granularity.values)
PERIODS = st.builds(lambda start, days: Period(start, start + days * DAY), STARTS, LENGTHS)


def period(start: str, last: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(last) + DAY)


@given(PERIODS, GRANULARITIES)
def test_buckets_have_every_day_once(period, granularity):
    buckets = period.buckets(granularity)
    assert [day for bucket in buckets for day in bucket.days()] == list(period.days())


@given(PERIODS)
def test_weeks_begin_on_mondays_but_for_the_first(period):
    first, *others = period.buckets("week")
    assert all(week.start.weekday() == 0 for week in others)
    assert len({day.isocalendar()[:2] for day in first.days()}) == 1


@given(PERIODS)
def test_months_begin_on_the_first_but_for_the_first(period):
    first, *others = period.buckets("month")
    assert all(month.start.day == 1 for month in others)
    assert len({(day.year, day.month) for day in first.days()}) == 1


@given(PERIODS, GRANULARITIES)
def test_the_previous_period_comes_before_and_has_as_many_buckets(period, granularity):
    previous = period.previous(granularity)
    assert previous.end <= period.start
    assert len(previous.buckets(granularity)) == len(period.buckets(granularity))


@given(PERIODS, st.sampled_from(["day", "week"]))
def test_the_previous_period_has_the_same_weekdays(period, granularity):
    previous = period.previous(granularity)
    assert [day.weekday() for day in previous.days()] == [day.weekday() for day in period.days()]
    assert period.start - previous.end < timedelta(days=7)


@given(STARTS, st.integers(1, 521))
def test_whole_weeks_are_compared_with_the_weeks_just_before(start, weeks):
    period = Period(start, start + timedelta(weeks=weeks))
    assert period.previous().end == period.start


@pytest.mark.parametrize(
    ("shown", "compared"),
    [
        (("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2024-02-01", "2024-02-29"), ("2024-01-01", "2024-01-31")),
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-03-30", "2026-03-30"), ("2026-02-28", "2026-02-28")),
        (("2026-01-15", "2026-03-20"), ("2025-10-15", "2025-12-20")),
    ],
)
def test_months_are_compared_with_months(shown, compared):
    assert period(*shown).previous("month") == period(*compared)


def test_a_week_cut_by_the_ends_keeps_its_days():
    # Thursday 22 October to Tuesday 3 November 2026.
    assert period("2026-10-22", "2026-11-03").buckets("week") == [
        period("2026-10-22", "2026-10-25"),
        period("2026-10-26", "2026-11-01"),
        period("2026-11-02", "2026-11-03"),
    ]


def test_iso_weeks_cross_the_year():
    # 2026 has a week 53: Monday 28 December to Sunday 3 January.
    assert period("2026-12-28", "2027-01-03").buckets("week") == [
        period("2026-12-28", "2027-01-03")
    ]


def test_ten_years_have_120_months():
    decade = period("2016-11-01", "2026-10-31")
    assert len(decade.buckets("month")) == 120
    assert decade.length <= LONGEST_DAYS


@pytest.mark.parametrize(
    ("days", "granularity"),
    [(1, "day"), (28, "day"), (91, "day"), (92, "week"), (364, "week"), (729, "month")],
)
def test_the_granularity_follows_the_length(days, granularity):
    assert Granularity.for_length(days) == granularity


def test_a_period_without_a_day_is_none():
    with pytest.raises(ValueError, match="at least one day"):
        Period(date(2026, 1, 2), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Copenhagen", "2026-03-29", 23),
        ("Europe/Copenhagen", "2026-10-25", 25),
        ("Europe/Copenhagen", "2026-06-01", 24),
        # Clocks go forward at midnight: the day begins at one.
        ("Africa/Cairo", "2026-04-24", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("UTC", "2026-03-29", 24),
    ],
)
def test_a_day_has_the_hours_of_its_zone(settings, zone, day, hours):
    settings.TIME_ZONE = zone
    start, end = period(day, day).moments
    # Between moments of one zone Python subtracts what the clocks show.
    assert end.timestamp() - start.timestamp() == hours * 3600
