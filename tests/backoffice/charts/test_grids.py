"""Heat maps and calendars."""

from datetime import date, timedelta

import pytest

from apps.backoffice.charts import COUNT, Calendar, HeatMap, Period, Series
from apps.backoffice.charts.grid import Scale
from tests.backoffice.charts.contact_sheet import EVIL, calendars, heats
from tests.backoffice.charts.drawn import Drawn

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def draw(chart) -> Drawn:
    drawn = Drawn(chart.svg())
    drawn.assert_inside()
    assert "<script" not in drawn.html
    return drawn


def heat(values, columns=("a", "b"), **options) -> Drawn:
    rows = [f"Row {number}" for number in range(len(values))]
    return draw(HeatMap("Comments", rows, columns, values, **options))


def test_the_tint_follows_the_value_and_zero_has_its_own():
    drawn = heat([[0, 100], [1, 50]])
    assert drawn.cells("t0") == {(0, 0)}
    assert drawn.cells("t7") == {(500, 0)}
    assert drawn.cells("t1") == {(0, 28)}
    assert [text.text for text in drawn.one("g", "values").iter("text")] == ["0", "100", "1", "50"]


def test_a_value_at_a_bound_belongs_below_it():
    scale = Scale.over([[100]], COUNT)
    assert scale.ticks == [0, 20, 40, 60, 80, 100]
    assert [scale.tint(value) for value in (0, 0.1, 20, 20.1, 100)] == [
        "t0",
        "t1",
        "t1",
        "t3",
        "t7",
    ]
    legend = [("t0", "0"), ("t1", "1 to 20"), ("t3", "21 to 40"), ("t4", "41 to 60")]
    assert list(scale.legend())[:4] == legend


def test_below_zero_there_is_no_tint_for_zero():
    scale = Scale.over([[-5, 0, 5]], COUNT)
    tints = [int(scale.tint(value)[1:]) for value in (-5, -2, 0, 3, 5)]
    assert tints == sorted(tints)
    assert tints[0] >= 1


def test_cells_without_a_value_are_blank():
    drawn = heat([[1, None], [2]])
    assert {x for css in ("t1", "t4", "t7") for x, _ in drawn.cells(css)} == {0}
    assert drawn.read["cells"] == [[["Row 0, a", "1"], None], [["Row 1, a", "2"], None]]


def test_values_stand_in_cells_only_where_they_fit():
    wide = heat([[100] * 24], columns=[str(n) for n in range(24)])
    assert wide.all("g", "from-wide")
    dense = heat([[1] * 90], columns=[str(n) for n in range(90)])
    assert dense.all("g", "values") == []


def test_names_of_columns_are_as_many_as_fit():
    drawn = draw(heats()["Heat map"])
    assert len(drawn.ticks("wide")) == 24
    assert drawn.ticks("narrow") == [f"{hour:02}" for hour in range(0, 24, 2)]


def test_a_heat_map_in_words():
    assert heat([[1, 9], [4, 6]]).summary == (
        "Comments: 20; highest 9 at Row 0, b; lowest 1 at Row 0, a."
    )
    assert heat([[3, 3]]).summary == "Comments: 3 everywhere."
    assert heat([[None]]).summary == "Comments: no data."
    assert heat([]).summary == "Comments: no data."


def published(values: dict, period: Period = YEAR, **options) -> Drawn:
    return draw(Calendar("Published", [Series("Posts", list(values.items()))], period, **options))


def corner(day: date, columns: int) -> tuple[float, float]:
    """Where a day of 2026 belongs, in a strip of a whole year."""
    week = (day - date(2025, 12, 29)).days // 7
    return round(1000 * week / columns, 1), 20 * day.weekday()


def test_a_day_stands_in_its_week_and_on_its_weekday():
    drawn = published({date(2026, 1, 1): 5, date(2026, 11, 10): 10})
    wide = drawn.all("svg", "at-wide")[1]
    assert wide.get("data-columns") == "53"
    cells = drawn.cells("t7")
    assert corner(date(2026, 11, 10), 53) in cells
    read = drawn.read["cells"]
    assert read[3][0] == ["Thu 1 Jan 2026", "5"]
    assert read[0][0] is None
    assert read[1][45] == ["Tue 10 Nov 2026", "10"]


def test_a_year_is_two_strips_on_a_phone_and_one_on_a_desk():
    drawn = published({date(2026, 1, 1): 5})
    strips = drawn.all("svg", "plot-body")
    assert [(s.get("data-offset"), s.get("data-columns")) for s in strips] == [
        ("0", "53"),
        ("0", "27"),
        ("27", "27"),
    ]
    assert strips[0].get("class") == "plot-body at-wide at-mid"
    quarter = Period(date(2026, 7, 1), date(2026, 9, 30))
    (strip,) = published({date(2026, 7, 1): 5}, quarter).all("svg", "plot-body")
    assert strip.get("class") == "plot-body"


def test_days_to_come_are_outlines():
    today = date(2026, 11, 20)
    drawn = published({date(2026, 11, 10): 2}, missing="zero", today=today)
    outlined = drawn.cells("none")
    assert corner(today, 53) not in outlined
    assert corner(today + timedelta(days=1), 53) in outlined
    assert corner(today, 53) in drawn.cells("t0")


def test_a_marked_day_has_a_dot_a_legend_and_words():
    drawn = published(
        {date(2026, 11, 10): 2}, marks={date(2026, 11, 10): "2 missed"}, marked="Missed schedule"
    )
    # Once for each of two widths.
    assert len(drawn.all("circle", "dot")) == 2
    assert drawn.read["cells"][1][45] == ["Tue 10 Nov 2026", "2, 2 missed"]
    assert drawn.summary.endswith("Missed schedule: 1 day.")
    assert [item.text for item in drawn.all("li", "dot-entry")] == ["Missed schedule"]


def test_a_calendar_in_words_counts_the_days_at_zero():
    week = Period(date(2026, 11, 2), date(2026, 11, 8))
    drawn = published({date(2026, 11, 3): 4, date(2026, 11, 5): 6}, week, missing="zero")
    assert drawn.summary == (
        "Published, 2–8 Nov 2026: 10; highest 6 on Thursday 5 Nov. 5 days at zero."
    )


def test_of_many_years_the_last_ten_are_drawn_and_it_says_so():
    period = Period(date(1996, 1, 1), date(2026, 11, 20))
    drawn = published({date(2026, 1, 1): 5}, period)
    assert "Only 26 Sep 2016 – 20 Nov 2026 is drawn" in drawn.html
    assert "Only 26 Sep 2016 – 20 Nov 2026 is drawn" in drawn.summary


@pytest.mark.parametrize("period", [YEAR, None, Period(date(2026, 2, 1), date(2026, 1, 1))])
def test_an_empty_calendar_says_so(period):
    drawn = draw(Calendar("Published", [Series("Posts", [])], period))
    assert drawn.summary == "Published: no data."


@pytest.mark.parametrize("name", sorted({**heats(), **calendars()}))
def test_every_form_stays_inside(name):
    draw({**heats(), **calendars()}[name])


def test_texts_from_people_are_texts():
    assert draw(heats()["Heat map, below zero"]).summary.startswith(EVIL)
    assert draw(calendars()["Calendar of a year"]).read["cells"][0][9][1].endswith(EVIL)
