from datetime import date, timedelta

import pytest

from apps.backoffice.charts import AVERAGE, COUNT, LineChart, Period, Series
from tests.backoffice.charts.contact_sheet import EVIL, TODAY, four_weeks, lines, year
from tests.backoffice.charts.drawn import Drawn, overlaps

FIRST = date(2026, 11, 2)
WEEK = Period(FIRST, FIRST + timedelta(days=6))


def week(values, **options) -> LineChart:
    points = [(FIRST + timedelta(days=day), value) for day, value in enumerate(values)]
    return LineChart("Posts", [Series("Posts", points)], WEEK, **options)


def draw(chart) -> Drawn:
    return Drawn(chart.svg())


def test_a_point_stands_where_its_date_and_its_value_say():
    drawn = draw(week([0, 10, 20, 30, 40, 25, 5]))
    (stroke,) = drawn.points(0)
    (zero, bottom), *_, (top_label, top) = drawn.values
    assert (zero, top_label) == ("0", "40")
    assert [x for x, _ in stroke] == pytest.approx([n * 1000 / 6 for n in range(7)], abs=0.1)
    shares = [(bottom - y) / (bottom - top) * 40 for _, y in stroke]
    assert shares == pytest.approx([0, 10, 20, 30, 40, 25, 5], abs=0.1)


def test_zero_lies_within_where_there_are_values_below_it():
    drawn = draw(week([-10, 10, 0, 5, -20, 3, 2], unit=AVERAGE))
    heights = dict(drawn.values)
    assert (heights["−20"], heights["0"], heights["10"]) == (226, 82, 10)
    (stroke,) = drawn.points(0)
    assert stroke[2][1] == heights["0"]


def test_a_gap_is_a_gap_and_zeros_are_zeros():
    values = [1, 2, None, None, 3, 4, None]
    gaps = draw(week(values)).points(0)
    assert [len(stroke) for stroke in gaps] == [2, 2]
    points = [(FIRST, 1), (FIRST + timedelta(days=6), 2)]
    for missing, lengths in (("gap", []), ("zero", [7])):
        drawn = draw(LineChart("Posts", [Series("Posts", points)], WEEK, missing=missing))
        assert [len(stroke) for stroke in drawn.points(0)] == lengths
        assert len(drawn.points(0, "points")) == (2 if missing == "gap" else 0)


def test_a_gap_that_is_told_stays_one_where_missing_dates_are_zeros():
    drawn = draw(week([1, 2, None, 4, 5], missing="zero"))
    assert [len(stroke) for stroke in drawn.points(0)] == [2, 4]


def test_today_is_dotted_and_said_to_be_so_far():
    drawn = draw(week([1, 2, 3, 4, 5, 6, 2], today=WEEK.last))
    assert [len(stroke) for stroke in drawn.points(0)] == [6]
    ((before, today),) = drawn.points(0, "line live")
    assert (before, today[0]) == (drawn.points(0)[0][-1], 1000)
    assert "Today, so far" in drawn.html
    assert drawn.read["labels"][-1] == "Sun 8 Nov 2026, so far"
    assert drawn.summary.endswith("today is not over.")


def test_a_day_outside_the_period_is_not_today():
    drawn = draw(week([1, 2, 3], today=date(2026, 12, 1)))
    assert "so far" not in drawn.html


def test_what_is_still_to_come_is_not_zero():
    drawn = draw(week([4, 5], missing="zero", today=FIRST + timedelta(days=2)))
    assert [len(stroke) for stroke in drawn.points(0)] == [2]
    assert drawn.read["rows"][0] == ["4", "5", "0", "–", "–", "–", "–"]


def test_the_period_before_is_dashed_under_the_same_days():
    before = Series(
        "28 days before",
        [(FIRST - timedelta(days=7 - day), 10 * day) for day in range(7)],
        dashed=True,
    )
    points = [(FIRST + timedelta(days=day), 10 * day) for day in range(7)]
    drawn = draw(LineChart("Posts", [Series("Posts", points), before], WEEK))
    assert drawn.points(1) == drawn.points(0)
    assert drawn.one("g", "before").get("data-row") == "1"
    assert '<li class="before">28 days before</li>' in drawn.html


def test_the_period_before_begins_where_it_is_said_to():
    # Its first day had nothing to count, so there is no row for it.
    before = Series("Before", [(FIRST - timedelta(days=6), 7)], dashed=True)
    points = [(FIRST + timedelta(days=day), 7) for day in range(7)]
    chart = LineChart(
        "Posts", [Series("Posts", points), before], WEEK, before=FIRST - timedelta(days=7)
    )
    (point,) = draw(chart).points(1, "points")
    assert point[0][0] == pytest.approx(1000 / 6, abs=0.1)


def test_february_before_march_is_cut_or_filled_to_its_length():
    march = Period(date(2026, 3, 1), date(2026, 3, 31))
    february = [(date(2026, 2, 1) + timedelta(days=n), 5) for n in range(28)]
    current = [(date(2026, 3, 1) + timedelta(days=n), 5) for n in range(31)]
    series = [Series("March", current), Series("February", february, dashed=True)]
    drawn = draw(LineChart("Posts", series, march, before=date(2026, 2, 1), missing="zero"))
    assert len(drawn.points(1)[0]) == 28
    assert drawn.read["rows"][1][-3:] == ["–", "–", "–"]


@pytest.mark.parametrize(("unit", "value"), [(COUNT, 7.0), (AVERAGE, 1.0)])
def test_ten_years_of_days_are_drawn_by_the_month_and_say_so(unit, value):
    points = [(date(2016, 1, 4) + timedelta(days=n), 1) for n in range(3000)]
    chart = LineChart("Posts", [Series("Posts", points)], unit=unit)
    assert chart.drawn.grain == "month"
    assert chart.solid_values[0][1] == (29 if unit is COUNT else 1)
    how = "Sums per month" if unit is COUNT else "Means per month of the days that have a value"
    note = f"{how}: the period is too long to draw each day."
    assert note in draw(chart).html
    assert note in draw(chart).summary


def test_weeks_that_make_months_count_where_they_begin_and_it_says_so():
    mondays = [(date(2016, 1, 4) + timedelta(weeks=n), 1) for n in range(500)]
    period = Period(date(2016, 1, 4), mondays[-1][0] + timedelta(days=6), "week")
    chart = LineChart("Posts", [Series("Posts", mondays)], period)
    assert chart.solid_values[0][:3] == [4, 5, 4]
    assert chart.note.endswith("to draw each week; a week counts where it begins.")


def test_the_total_is_the_same_however_it_is_drawn():
    points = [(date(2019, 3, 5) + timedelta(days=n), n % 17) for n in range(2700)]
    chart = LineChart("Posts", [Series("Posts", points)])
    assert sum(chart.solid_values[0]) == sum(value for _, value in points)


def test_points_outside_the_period_are_left_out():
    points = [(date(2016, 1, 4) + timedelta(days=n), 1) for n in range(4000)]
    period = Period(date(2017, 1, 10), date(2026, 1, 20))
    chart = LineChart("Posts", [Series("Posts", points)], period)
    assert chart.drawn.grain == "month"
    assert chart.solid_values[0][0] == 22
    assert chart.solid_values[0][-1] == 20


def test_months_that_the_period_cuts_are_dotted():
    chart = lines()["Ten years of days"]
    drawn = draw(chart)
    assert len(drawn.points(0, "line live")) == 2
    assert "Part of a month" in drawn.html


def test_one_line_alone_is_named_at_its_end():
    assert draw(week([1, 2, 3])).texts("plot-names") == ["Posts"]


def test_where_today_has_no_value_nothing_is_said_to_be_so_far():
    drawn = draw(week([1, 2, None, None, None, None, None], today=WEEK.last))
    assert drawn.all("li") == []


def test_names_at_the_ends_do_not_overlap():
    texts = list(draw(lines()["Ends close together"]).one("svg", "plot-names").iter("text"))
    assert len(texts) == 8
    assert overlaps(texts) == []


def test_more_names_than_there_is_room_for_stand_in_the_legend():
    series = [Series(f"Region {n}", [(FIRST, n), (WEEK.last, n)]) for n in range(30)]
    drawn = draw(LineChart("Posts", series, WEEK))
    drawn.assert_inside()
    at_the_ends = drawn.texts("plot-names")
    assert overlaps(list(drawn.one("svg", "plot-names").iter("text"))) == []
    in_the_legend = [item.text for item in drawn.all("li")]
    assert sorted(at_the_ends + in_the_legend) == sorted(one.name for one in series)


def test_texts_from_people_are_texts():
    drawn = draw(lines()["Names from people"])
    assert "<script" not in drawn.html
    assert drawn.summary.startswith(EVIL)
    assert drawn.read["names"][0] == EVIL
    assert drawn.texts("plot-names")[0].startswith("</svg>")
    assert drawn.all("title")[0].text == EVIL


@pytest.mark.parametrize("name", sorted(lines()))
def test_every_form_stays_inside(name):
    Drawn(lines()[name].svg()).assert_inside()


def test_one_day_is_a_point_in_the_middle():
    drawn = draw(lines()["One day"])
    assert drawn.points(0, "points")[0][0][0] == 500
    assert drawn.ticks() == ["1 Nov 2026"]


@pytest.mark.parametrize("chart", [LineChart("Posts", []), lines()["Empty"]])
def test_nothing_is_said_to_be_nothing(chart):
    drawn = draw(chart)
    assert drawn.all("svg") == []
    assert drawn.summary.endswith(": no data.")


def test_the_reading_has_every_value_as_the_page_writes_it():
    read = draw(four_weeks()).read
    assert len(read["at"]) == len(read["labels"]) == 28
    assert read["labels"][0] == "Sat 24 Oct 2026"
    assert read["names"][0] == "Published"
    assert read["rows"][0][-1] == "1,300"
    assert [len(row) for row in read["rows"]] == [28] * 5


def test_the_same_data_is_the_same_drawing():
    assert year().svg() == year().svg()
    assert TODAY.isoformat() not in year().svg()
