from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.backoffice.charts import Period
from apps.backoffice.charts.dates import GRAINS, start_after, start_of
from apps.backoffice.charts.layout import across, date_ticks, spread, text_width

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
NOV = Period(date(2026, 11, 1), date(2026, 11, 28))


@pytest.mark.parametrize(
    ("period", "width", "labels"),
    [
        (Period(date(2026, 11, 16), date(2026, 11, 20)), 700, "16 Nov|17 Nov|18 Nov|19 Nov|20 Nov"),
        (NOV, 700, "2 Nov|9 Nov|16 Nov|23 Nov"),
        (NOV, 140, "2 Nov|16 Nov"),
        (Period(date(2026, 12, 21), date(2027, 1, 9)), 300, "21 Dec 2026|28 Dec|4 Jan 2027"),
        (Period(date(2025, 12, 2), date(2026, 4, 30)), 400, "Jan 2026|Feb|Mar|Apr"),
        (Period(date(2025, 11, 21), date(2026, 11, 19)), 700, None),
        (Period(date(2025, 11, 21), date(2026, 11, 19)), 250, "Q1 2026|Q2|Q3|Q4"),
        (Period(date(2020, 5, 1), date(2026, 11, 19), "month"), 300, None),
        (Period(date(1900, 1, 1), date(2026, 1, 1), "year"), 140, "1900|1950|2000"),
        (Period(date(2026, 11, 3), date(2026, 11, 8)), 140, "3 Nov|5 Nov|7 Nov"),
        (Period(date(2026, 11, 10), date(2026, 11, 10)), 700, "10 Nov 2026"),
    ],
)
def test_ticks_are_the_finest_round_dates_that_fit(period, width, labels):
    expected = labels.split("|") if labels else LONG[period]
    assert [label for _, label in date_ticks(period, width)] == expected


MONTHS = "Dec|Jan 2026|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov"
LONG = {
    Period(date(2025, 11, 21), date(2026, 11, 19)): MONTHS.split("|"),
    Period(date(2020, 5, 1), date(2026, 11, 19), "month"): [str(y) for y in range(2021, 2027)],
}


@given(
    first=days,
    length=st.integers(0, 40_000),
    width=st.floats(20, 2000),
    grain=st.sampled_from(GRAINS),
)
def test_labels_of_ticks_never_overlap(first, length, width, grain):
    period = Period(first, first + timedelta(days=length), grain).no_finer_than(400)
    ticks = date_ticks(period, width)
    starts = period.starts
    assert ticks
    assert all(starts[0] <= day <= starts[-1] for day, _ in ticks)
    whole = max(1, (starts[-1] - starts[0]).days)
    edges = [
        (width * (day - starts[0]).days / whole, text_width(label) / 2) for day, label in ticks
    ]
    for (a, half_a), (b, half_b) in pairwise(edges):
        assert a + half_a < b - half_b


@given(day=days, grain=st.sampled_from(GRAINS))
def test_a_grain_begins_with_its_first_day_and_ends_before_the_next(day, grain):
    start = start_of(day, grain)
    assert start <= day < start_after(start, grain)
    assert start_of(start, grain) == start
    assert start_of(start_after(start, grain), grain) == start_after(start, grain)


@given(first=days, length=st.integers(0, 4000), grain=st.sampled_from(GRAINS))
def test_grains_are_counted_as_they_are_listed(first, length, grain):
    period = Period(first, first + timedelta(days=length), grain)
    assert period.count == len(period.starts)


def test_a_calendar_ends():
    assert Period(date(9999, 12, 30), date.max).starts == [date(9999, 12, 30), date.max]
    assert Period(date.min, date(1, 1, 9), "week").starts == [date.min, date(1, 1, 8)]
    assert Period(date(9999, 11, 30), date.max, "month").starts[-1] == date(9999, 12, 1)


def test_a_week_that_the_period_cuts_is_known():
    weeks = Period(date(2026, 11, 4), date(2026, 11, 22), "week")
    assert [weeks.is_cut(start) for start in weeks.starts] == [True, False, False]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 1), date(2026, 11, 28), "1–28 Nov 2026"),
        (date(2026, 10, 22), date(2026, 11, 20), "22 Oct – 20 Nov 2026"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 Dec 2025 – 3 Jan 2026"),
        (date(2026, 11, 20), date(2026, 11, 20), "20 Nov 2026"),
    ],
)
def test_a_period_is_written_without_repeating_itself(first, last, words):
    assert Period(first, last).words == words


def test_months_stand_where_their_days_are():
    assert across([date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]) == [0, 31 / 59, 1]
    assert across([date(2026, 1, 1)]) == [0.5]
    assert across([]) == []


@given(wanted=st.lists(st.floats(0, 240), max_size=17))
def test_labels_are_moved_apart_in_their_order(wanted):
    places = spread(wanted, 0, 240, gap=15)
    assert all(-1e-6 <= place <= 240 + 1e-6 for place in places)
    by_place = sorted(places)
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(by_place))
    in_order = sorted(zip(wanted, places, strict=True))
    assert [place for _, place in in_order] == by_place


def test_labels_with_room_stay_where_they_are():
    assert spread([200.0, 10.0, 100.0], 0, 240) == [200.0, 10.0, 100.0]
