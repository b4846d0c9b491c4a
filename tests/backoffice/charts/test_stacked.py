import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from apps.backoffice.charts import Period, Series, StackedBars
from tests.backoffice.charts.contact_sheet import bars
from tests.backoffice.charts.drawn import Drawn, overlaps

FIRST = date(2026, 11, 2)
BAR = re.compile(r"M([-\d.]+),([-\d.]+)H([-\d.]+)V([-\d.]+)")


def stacked(*rows, dashed=(), **options) -> Drawn:
    series = [
        Series(f"Part {number}", [(FIRST + timedelta(days=n), v) for n, v in enumerate(row)])
        for number, row in enumerate(rows)
    ]
    if dashed:
        points = [(FIRST - timedelta(days=len(dashed) - n), v) for n, v in enumerate(dashed)]
        series.append(Series("Before", points, dashed=True))
    period = Period(FIRST, FIRST + timedelta(days=len(rows[0]) - 1))
    drawn = Drawn(StackedBars("Comments", series, period, **options).svg())
    drawn.assert_inside()
    return drawn


def parts(drawn: Drawn, row: int, css: str = "bars") -> list[tuple[float, ...]]:
    """(left, y where it starts, right, y where it ends) of each bar of a series."""
    (group,) = (g for g in drawn.root.iter("g") if g.get("data-row") == str(row))
    steps = "".join(path.get("d") for path in group.iter("path") if path.get("class") == css)
    return [tuple(map(float, found)) for found in BAR.findall(steps)]


def test_parts_stand_on_each_other_and_reach_the_total():
    drawn = stacked([10, 20], [30, 20], [0, 10])
    heights = dict(drawn.values)
    (first, _), (second, _) = parts(drawn, 0), parts(drawn, 1)
    assert first[1] == heights["0"]
    assert second[1] == first[3] == heights["10"]
    assert second[3] == heights["40"]
    # Nothing is drawn for nothing.
    (third,) = parts(drawn, 2)
    assert third[3] == heights["50"]


def test_what_is_below_zero_hangs():
    drawn = stacked([10, 5], [-10, -5], [-10, 0])
    heights = dict(drawn.values)
    assert parts(drawn, 1)[0][1] == heights["0"]
    assert parts(drawn, 2)[0][3] == heights["−20"]


def test_each_bar_stands_over_its_date_and_none_touches_another():
    drawn = stacked([1, 1, 1, 1])
    found = parts(drawn, 0)
    assert [(left + right) / 2 for left, _, right, _ in found] == [125, 375, 625, 875]
    assert drawn.read["at"] == [125, 375, 625, 875]
    assert all(a[2] < b[0] for a, b in pairwise(found))


def test_a_month_is_as_wide_as_its_days():
    period = Period(date(2026, 1, 1), date(2026, 3, 31), "month")
    series = [Series("Posts", [(date(2026, month, 1), 1) for month in (1, 2, 3)])]
    edges = StackedBars("Posts", series, period).edges
    assert edges == [0, 31 / 90, 59 / 90, 1]


def test_today_is_drawn_apart():
    drawn = stacked([5, 6, 2], today=FIRST + timedelta(days=2))
    assert len(parts(drawn, 0)) == 2
    assert len(parts(drawn, 0, "bars live")) == 1
    assert "Today, so far" in drawn.html


def test_the_period_before_is_a_line_over_the_bars():
    drawn = stacked([5, 6], [1, 2], dashed=[6, 8])
    heights = dict(drawn.values)
    assert drawn.points(2) == [[(250.0, heights["6"]), (750.0, heights["8"])]]
    assert '<li class="over">Before</li>' in drawn.html


def test_the_sum_of_the_parts_is_compared_with_the_period_before():
    drawn = stacked([50, 60], [10, 30], dashed=[50, 50])
    assert drawn.summary == (
        "Comments, 2–3 Nov 2026: Together 150, up 50% on the 2 days before; Part 0 110; Part 1 40; "
        "Together highest 90 on Tuesday 3 Nov."
    )


def test_the_reading_adds_the_parts_up():
    read = stacked([1000, 2], [500, None]).read
    assert read["names"] == ["Part 0", "Part 1", "Together"]
    assert read["rows"][2] == ["1,500", "2"]
    assert stacked([3]).read["names"] == ["Part 0"]


@pytest.mark.parametrize("name", sorted(bars()))
def test_every_form_stays_inside_and_its_names_apart(name):
    drawn = Drawn(bars()[name].svg())
    drawn.assert_inside()
    assert overlaps(list(drawn.one("svg", "plot-names").iter("text"))) == []
    assert "<script" not in drawn.html
