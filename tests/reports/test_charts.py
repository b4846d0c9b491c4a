"""Which numbers of a table are drawn, and where."""

from dataclasses import dataclass
from datetime import date

import pytest

from apps.reports.answers import Result
from apps.reports.charts import Bars, Days, Heat, Lines, Stacked
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import Series, Table, column
from apps.reports.units import TEXT

TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Row:
    period: Period
    written: int = column("Written", headline=True)
    read: int = column("Read")


QUESTION = Question(Period(date(2026, 11, 9), date(2026, 11, 11)))
TABLE = Series("Letters", Row, list)
ROWS = [Row(bucket, 3 + n, 7 - n) for n, bucket in enumerate(QUESTION.buckets)]
BEFORE = [Row(bucket, 1 + n, 2) for n, bucket in enumerate(QUESTION.before().buckets)]


def test_lines_compare_the_first_column():
    drawn = Lines(["written", "read"]).draw(TABLE, QUESTION, Result(ROWS, {}, BEFORE, {}), TODAY)
    assert [(one.name, one.dashed) for one in drawn.series] == [
        ("Written", False),
        ("Read", False),
        ("Written before", True),
    ]
    assert drawn.series[0].points == [(date(2026, 11, 9), 3), (date(2026, 11, 10), 4)]
    assert drawn.series[2].points == [(date(2026, 11, 2), 1), (date(2026, 11, 3), 2)]
    assert drawn.before == date(2026, 11, 2)
    assert (drawn.today, drawn.missing) == (TODAY, "zero")


def test_lines_without_a_comparison():
    drawn = Lines(["read"]).draw(TABLE, QUESTION, Result(ROWS, {}, BEFORE, {}), TODAY)
    assert [one.name for one in drawn.series] == ["Read"]


def test_stacked_bars_are_of_their_columns_in_order():
    drawn = Stacked(["read", "written"]).draw(TABLE, QUESTION, Result(ROWS), TODAY)
    assert [one.name for one in drawn.series] == ["Read", "Written"]
    assert [value for _, value in drawn.series[0].points] == [7, 6]


@dataclass(frozen=True)
class Cell:
    weekday: str = column("Weekday", unit=TEXT)
    hour: int = column("Hour")
    letters: int = column("Letters")


HOURS = Table("Hours", Cell, list)
CELLS = [Cell("Mon", 8, 3), Cell("Mon", 9, 0), Cell("Tue", 8, 5)]


def test_a_heat_map_has_each_row_in_its_place():
    drawn = Heat("weekday", "hour", "letters").draw(HOURS, QUESTION, Result(CELLS), TODAY)
    assert (drawn.rows, drawn.columns) == (["Mon", "Tue"], ["8", "9"])
    assert drawn.values == [[3, 0], [5, None]]


def test_bars_keep_the_order_and_the_first_of_many():
    drawn = Bars("weekday", "letters", most=2).draw(HOURS, QUESTION, Result(CELLS), TODAY)
    assert drawn.bars == [("Mon", 3), ("Mon", 0)]


@dataclass(frozen=True)
class Week:
    period: Period
    written: int
    each: tuple[int, ...]
    lost_on: tuple[date, ...]


WEEK = Question(Period(date(2026, 11, 7), date(2026, 11, 10)), "week")
WEEKS = [
    Week(bucket, sum(each), each, lost_on)
    for bucket, each, lost_on in zip(
        WEEK.buckets, [(2, 0), (5,)], [(), (date(2026, 11, 9),)], strict=True
    )
]
DAYS = Days("written", "each", "lost_on", "Lost letters")


def test_a_calendar_has_each_day_of_its_weeks():
    drawn = DAYS.draw(TABLE, WEEK, Result(WEEKS), TODAY)
    assert drawn.series[0].points == [
        (date(2026, 11, 7), 2),
        (date(2026, 11, 8), 0),
        (date(2026, 11, 9), 5),
    ]
    assert drawn.marks == {date(2026, 11, 9): "lost letters"}
    assert "Lost letters: 1 day." in drawn.svg()


def test_a_calendar_without_marks_names_none():
    assert "Lost letters" not in DAYS.draw(TABLE, WEEK, Result(WEEKS[:1]), TODAY).svg()


@pytest.mark.parametrize(
    ("chart", "table", "rows"),
    [
        (Lines(["written"]), TABLE, ROWS),
        (Stacked(["written", "read"]), TABLE, ROWS),
        (Heat("weekday", "hour", "letters"), HOURS, CELLS),
        (Bars("weekday", "letters"), HOURS, CELLS),
    ],
)
def test_each_kind_is_drawn(chart, table, rows):
    assert 'role="img"' in chart.draw(table, QUESTION, Result(rows), TODAY).svg()
