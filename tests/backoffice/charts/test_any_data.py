"""Whatever comes in, a chart comes out: well-formed, inside its box, the same each time."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.backoffice.charts import (
    AVERAGE,
    COUNT,
    DURATION,
    PERCENT,
    Calendar,
    HeatMap,
    LineChart,
    Period,
    RankedBars,
    Series,
    Sparkline,
    StackedBars,
)
from apps.backoffice.charts.dates import GRAINS
from tests.backoffice.charts.drawn import Drawn

# XML has no place for control characters and lone surrogates; PostgreSQL's texts have no NUL.
texts = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"))
values = st.one_of(
    st.none(),
    st.integers(-(10**320), 10**320),
    st.floats(),
    st.decimals(allow_nan=True),
    st.integers(0, 1000),
)
units = st.sampled_from([COUNT, AVERAGE, PERCENT, DURATION])
near = st.dates(date(2026, 1, 1), date(2026, 12, 31))
days = near | st.dates()
series = st.builds(Series, texts, st.lists(st.tuples(days, values), max_size=12), st.booleans())
periods = st.none() | st.builds(Period, days, days, st.sampled_from(GRAINS))
ANY = settings(max_examples=60, deadline=None)


def assert_sound(make) -> None:
    html = make().svg()
    Drawn(html).assert_inside()
    assert "<script" not in html
    assert make().svg() == html


@ANY
@given(
    kind=st.sampled_from([LineChart, StackedBars, Calendar]),
    title=texts,
    series=st.lists(series, max_size=4),
    period=periods,
    unit=units,
    missing=st.sampled_from(["gap", "zero"]),
    before=st.none() | days,
    today=st.none() | days,
)
def test_any_series_over_time_are_drawn(kind, **fields):
    assert_sound(lambda: kind(**fields))


@pytest.mark.parametrize("kind", [LineChart, StackedBars, Calendar])
@pytest.mark.parametrize("grain", GRAINS)
def test_all_days_there_are_can_be_drawn(kind, grain):
    series = [Series("Posts", [(date.min, 1), (date.max, 2)])]
    period = Period(date.min, date.max, grain)
    assert_sound(lambda: kind("Posts", series, period, missing="zero", before=date.min))


@ANY
@given(
    title=texts,
    rows=st.lists(texts, max_size=4),
    columns=st.lists(texts, max_size=30),
    values=st.lists(st.lists(values, max_size=31), max_size=5),
    unit=units,
)
def test_any_cells_are_drawn(**fields):
    assert_sound(lambda: HeatMap(**fields))


@ANY
@given(title=texts, bars=st.lists(st.tuples(texts, values), max_size=8), unit=units)
def test_any_bars_are_drawn(**fields):
    assert_sound(lambda: RankedBars(**fields))


@ANY
@given(values=st.lists(values, max_size=40), title=texts)
def test_any_sparkline_is_drawn(**fields):
    assert_sound(lambda: Sparkline(**fields))
