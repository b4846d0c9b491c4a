"""How a table is drawn: declared with it, made from the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from apps.backoffice import charts
from apps.reports.question import Question


class Drawn(Protocol):
    """What `backoffice.charts` makes: `.svg()` is safe HTML."""

    def svg(self) -> str: ...


class Chart(Protocol):
    """A declaration; `columns` are the names it draws.

    `folds`: its table, a row for each cell that is drawn, stands folded below.
    """

    columns: Sequence[str]
    folds: bool

    def draw(self, table, question: Question, result, today: date) -> Drawn: ...


@dataclass(frozen=True)
class Lines:
    """A line of each of these columns over the period; the first is compared, dashed."""

    folds: ClassVar[bool] = False
    columns: Sequence[str]

    def draw(self, table, question: Question, result, today: date) -> charts.LineChart:
        leading = table.column(self.columns[0])
        series = [
            charts.Series(table.column(name).label, points(result.rows, name))
            for name in self.columns
        ]
        before = None
        if result.rows_before and leading.headline:
            before = question.before().period.start
            name = f"{leading.label} before"
            series.append(
                charts.Series(name, points(result.rows_before, leading.name), dashed=True)
            )
        return charts.LineChart(
            f"{table.title} per {question.granularity}",
            series,
            period_of(question),
            leading.unit.drawn,
            missing="zero" if leading.is_summed else "gap",
            before=before,
            today=today,
        )


@dataclass(frozen=True)
class Stacked:
    """A bar for each day, week or month, cut into these columns; the first is the lowest part."""

    folds: ClassVar[bool] = False
    columns: Sequence[str]

    def draw(self, table, question: Question, result, today: date) -> charts.StackedBars:
        series = [
            charts.Series(table.column(name).label, points(result.rows, name))
            for name in self.columns
        ]
        return charts.StackedBars(
            f"{table.title} per {question.granularity}",
            series,
            period_of(question),
            table.column(self.columns[0]).unit.drawn,
            missing="zero",
            today=today,
        )


@dataclass(frozen=True)
class Heat:
    """A cell for each row: `down` and `across` name the fields that say where, in their order."""

    folds: ClassVar[bool] = True
    down: str
    across: str
    column: str

    @property
    def columns(self) -> Sequence[str]:
        return [self.column]

    def draw(self, table, question: Question, result, today: date) -> charts.HeatMap:
        found = {
            (getattr(row, self.down), getattr(row, self.across)): getattr(row, self.column)
            for row in result.rows
        }
        downs, acrosses = (list(dict.fromkeys(place)) for place in zip(*found, strict=True))
        down, across = (table.column(name).unit.in_words for name in (self.down, self.across))
        return charts.HeatMap(
            table.title,
            [down(value) for value in downs],
            [across(value) for value in acrosses],
            [[found.get((one, other)) for other in acrosses] for one in downs],
            table.column(self.column).unit.drawn,
        )


@dataclass(frozen=True)
class Days:
    """A cell for each day of a calendar, whatever the granularity.

    A row has the numbers of its days in `each`, and those to mark in `marks`; `marked` says why.
    """

    folds: ClassVar[bool] = False
    column: str
    each: str
    marks: str
    marked: str

    @property
    def columns(self) -> Sequence[str]:
        return [self.column]

    def draw(self, table, question: Question, result, today: date) -> charts.Calendar:
        days = [
            point
            for row in result.rows
            for point in zip(row.period.days(), getattr(row, self.each), strict=True)
        ]
        marks = {
            day: self.marked.lower() for row in result.rows for day in getattr(row, self.marks)
        }
        return charts.Calendar(
            f"{table.title} per day",
            [charts.Series(table.column(self.column).label, days)],
            charts.Period(question.period.start, question.period.last),
            table.column(self.column).unit.drawn,
            today=today,
            marks=marks,
            marked=self.marked if marks else "",
        )


def period_of(question: Question) -> charts.Period:
    period = question.period
    return charts.Period(period.start, period.last, str(question.granularity))


def points(rows: Sequence[Any], name: str) -> list[tuple[date, Any]]:
    return [(row.period.start, getattr(row, name)) for row in rows]


@dataclass(frozen=True)
class Bars:
    """A bar of `column` for each row, named by `label`, in the order of the rows."""

    folds: ClassVar[bool] = False
    label: str
    column: str
    most: int = 12

    @property
    def columns(self) -> Sequence[str]:
        return [self.column]

    def draw(self, table, question: Question, result, today: date) -> charts.RankedBars:
        in_words = table.column(self.label).unit.in_words
        bars = [
            (in_words(getattr(row, self.label)), getattr(row, self.column))
            for row in result.rows[: self.most]
        ]
        return charts.RankedBars(table.title, bars, table.column(self.column).unit.drawn)
