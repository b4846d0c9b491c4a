from math import log10

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.backoffice.charts import AVERAGE, COUNT, DURATION, PERCENT
from apps.backoffice.charts.units import ROUND_SECONDS, drawable, value_ticks

UNITS = {"count": COUNT, "average": AVERAGE, "percent": PERCENT, "duration": DURATION}
numbers = st.floats(-1e299, 1e299)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 3500, ["0", "1,000", "2,000", "3,000", "4,000"]),
        (0, 3, ["0", "1", "2", "3"]),
        (0, 47_000, ["0", "10k", "20k", "30k", "40k", "50k"]),
        (0, 1_600_000, ["0", "0.5M", "1M", "1.5M", "2M"]),
        (-40, 60, ["−40", "−20", "0", "20", "40", "60"]),
        (0, 0, ["0", "1"]),
        (5, 7, ["0", "2", "4", "6", "8"]),
        (0, 8e17, ["0", "2e+17", "4e+17", "6e+17", "8e+17"]),
    ],
)
def test_counts_have_round_ticks_from_zero(low, high, labels):
    assert COUNT.labels(value_ticks(low, high, COUNT)) == labels


@pytest.mark.parametrize(
    ("unit", "high", "labels"),
    [
        (PERCENT, 0.62, ["0%", "20%", "40%", "60%", "80%"]),
        (PERCENT, 0.004, ["0%", "0.1%", "0.2%", "0.3%", "0.4%"]),
        (AVERAGE, 0.9, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (DURATION, 50 * 60, ["0", "10 min", "20 min", "30 min", "40 min", "50 min"]),
        (DURATION, 26 * 3600, ["0", "6 h", "12 h", "18 h", "24 h", "30 h"]),
        (DURATION, 9 * 86_400, ["0", "2 d", "4 d", "6 d", "8 d", "10 d"]),
    ],
)
def test_other_units_have_ticks_as_people_count_them(unit, high, labels):
    assert unit.labels(value_ticks(0, high, unit)) == labels


@given(low=numbers, high=numbers, unit=st.sampled_from(sorted(UNITS)))
def test_ticks_are_round_evenly_spaced_and_hold_all_values(low, high, unit):
    low, high = sorted((low, high))
    ticks = value_ticks(low, high, UNITS[unit])
    assert 2 <= len(ticks) <= 8
    assert 0 in ticks
    slack = 1e-9 * (ticks[-1] - ticks[0])
    assert ticks[0] <= low + slack or low >= 0
    assert ticks[-1] >= high - slack or high <= 0
    assert len(set(UNITS[unit].labels(ticks))) == len(ticks)
    assert is_round(ticks[1] - ticks[0], unit)


def is_round(step: float, unit: str) -> bool:
    if unit == "duration" and 1 <= step < 86_400:
        return round(step) in ROUND_SECONDS
    if unit == "duration" and step >= 86_400:
        step /= 86_400
    lead = step / 10 ** int(log10(step) // 1)
    return any(abs(lead - one) < 1e-6 for one in (1, 2, 5, 10))


@given(value=numbers, unit=st.sampled_from(sorted(UNITS)))
def test_every_value_can_be_written_in_little_room(value, unit):
    assert 0 < len(UNITS[unit].exact(value)) <= 32
    assert 0 < len(UNITS[unit].short(value)) <= 14


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COUNT.exact(72_165), "72,165"),
        (COUNT.exact(-3), "−3"),
        (AVERAGE.exact(3.456), "3.46"),
        (AVERAGE.exact(0), "0"),
        (COUNT.short(12_345), "12.3k"),
        (COUNT.short(999), "999"),
        (PERCENT.exact(0.1234), "12.3%"),
        (PERCENT.exact(1), "100%"),
        (PERCENT.short(0.456), "46%"),
        (DURATION.exact(45), "45 s"),
        (DURATION.exact(3600), "1 h"),
        (DURATION.exact(2 * 86_400 + 19 * 3600), "2 d 19 h"),
        (DURATION.exact(-90), "−1 min 30 s"),
        (DURATION.exact(86_399.9), "1 d"),
        (DURATION.exact(59.99), "1 min"),
        (DURATION.short(1.8 * 86_400), "1.8 d"),
    ],
)
def test_values_are_written_as_people_read_them(text, expected):
    assert text == expected


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), 10**400, 1e301])
def test_what_has_no_place_on_an_axis_is_a_gap(value):
    assert drawable(value) is None
