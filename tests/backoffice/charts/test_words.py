from datetime import date, timedelta

import pytest

from apps.backoffice.charts import DURATION, LineChart, Period, Series
from apps.backoffice.charts.words import change_words, timeline_words, trend_words

PERIOD = Period(date(2026, 11, 1), date(2026, 11, 28))


def spread_over(first: date, values) -> list:
    return [(first + timedelta(days=n), value) for n, value in enumerate(values)]


def test_a_line_in_words():
    now = spread_over(PERIOD.first, [7] * 9 + [14] + [8] * 18)
    before = spread_over(date(2026, 10, 4), [7] * 27 + [8])
    series = [Series("Published", now), Series("28 days before", before, dashed=True)]
    assert timeline_words(LineChart("Published posts", series, PERIOD)) == (
        "Published posts, 1–28 Nov 2026: 221, up 12% on the 28 days before; "
        "highest 14 on Tuesday 10 Nov."
    )


def test_several_lines_in_words():
    series = [
        Series("Published", spread_over(PERIOD.first, [1, 3])),
        Series("Drafted", spread_over(PERIOD.first, [1500, 2])),
    ]
    assert timeline_words(LineChart("Posts", series, PERIOD)) == (
        "Posts, 1–28 Nov 2026: Published 4; Drafted 1,502; Published highest 3 on Monday 2 Nov."
    )


def test_medians_have_no_total():
    series = [Series("Median", spread_over(PERIOD.first, [3600, 7200, 5400]))]
    assert timeline_words(LineChart("Draft to publish", series, PERIOD, DURATION)) == (
        "Draft to publish, 1–28 Nov 2026: 1 h to 2 h, last 1 h 30 min; highest 2 h on Monday 2 Nov."
    )


def test_a_peak_within_years_has_its_year():
    days = [*spread_over(date(2025, 2, 3), [1] * 390), (date(2026, 2, 28), 2)]
    words = timeline_words(LineChart("Posts", [Series("Posts", days)]))
    assert words == ("Posts, 3 Feb 2025 – 28 Feb 2026: 392; highest 2 on Saturday 28 Feb 2026.")


def test_weeks_and_months_in_words():
    weeks = Period(date(2026, 11, 2), date(2026, 11, 15), "week")
    series = [Series("Posts", [(weeks.first, 5), (date(2026, 11, 9), 6)])]
    assert "highest 6 in the week of 9 Nov" in timeline_words(LineChart("Posts", series, weeks))
    months = Period(date(2026, 10, 1), date(2026, 11, 30), "month")
    chart = LineChart("Posts", series, months, missing="zero")
    assert "highest 11 in Nov 2026" in timeline_words(chart)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (112, 100, "up 12%"),
        (1035, 1000, "up 3.5%"),
        (80, 100, "down 20%"),
        (100, 100, "unchanged"),
        (5, 0, ""),
        (0, 100, "down 100%"),
        (100_001, 100_000, "unchanged"),
    ],
)
def test_a_change_in_words(now, before, words):
    assert change_words(now, before) == words


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ([1, 2, 3], "rising"),
        ([9, 5, 4], "falling"),
        ([5, 9, 5], "steady"),
        ([0, 0], "steady"),
        ([7], "steady"),
        ([1, None, 3], "rising"),
    ],
)
def test_a_trend_in_a_word(values, word):
    assert trend_words(values) == word
