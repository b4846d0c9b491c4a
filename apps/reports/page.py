"""What the page of a report shows, made ready for its template."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.http import urlencode

from apps.backoffice import charts, exports
from apps.backoffice.rows import short_time
from apps.reports.answers import Answer, Result
from apps.reports.cells import Cells
from apps.reports.periods import DAY, PRESETS, WEEK_DAYS, Granularity, Period
from apps.reports.question import FORMATS, Asked, as_address
from apps.reports.report import HIGHER, LOWER, Column, Report, Table
from apps.reports.rollups.days import runs
from apps.reports.units import span_in_words

# Of the days that are behind, so many stretches are named.
LATE_SHOWN = 3


@dataclass(frozen=True)
class Tile:
    """`delta` is "4.7%", `arrow` ▲ or ▼, `css` good or bad where more or less is better."""

    label: str
    figure: str
    link: str = ""
    before: str = ""
    delta: str = ""
    arrow: str = ""
    css: str = ""
    spark: str = ""

    @property
    def judged(self) -> str:
        return {"good": "better", "bad": "worse"}.get(self.css, "")


class ReportPage:
    """`answer` is None where nothing could be read; the controls are there all the same."""

    def __init__(self, request, report: Report, asked: Asked, answer: Answer | None):
        self.user = request.user
        self.report, self.asked, self.answer = report, asked, answer
        self.today = timezone.localdate()
        self.may_download = request.user.has_perm("reports.download_report")
        self.media = asked.form.media if report.filters else ""

    # The controls

    @property
    def errors(self) -> list[str]:
        return self.asked.errors

    @cached_property
    def own(self) -> list[str]:
        """The names of the report's own filters."""
        return list(self.report.filters.base_fields) if self.report.filters else []

    @cached_property
    def filter_fields(self) -> list[tuple[str, str, str]]:
        """Id, label and widget of each."""
        fields = [self.asked.form[name] for name in self.own]
        return [(one.id_for_label, one.label, one.as_widget()) for one in fields]

    @cached_property
    def others(self) -> dict[str, str]:
        """The report's own filters as they stand in the address."""
        return {name: value for name, value in self.asked.params.items() if name in self.own}

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """Label, address, whether it is what is shown."""
        shown = self.asked.question.period if self.asked.is_valid else None
        found = []
        for days in PRESETS:
            period = Period.ending(self.today, days)
            params = as_address(period, compare=self.compares, **self.others)
            found.append((f"{days} days", f"?{urlencode(params)}", period == shown))
        return found

    @property
    def dates(self) -> tuple[str, str]:
        """What stands in the two fields: what was read, or what was typed if it is a day."""
        if self.asked.is_valid:
            period = self.asked.question.period
            return period.start.isoformat(), period.last.isoformat()
        data = getattr(self.asked.form, "cleaned_data", {})
        days = [data.get(name) for name in ("start", "end")]
        return tuple(day.isoformat() if day else "" for day in days)

    @property
    def granularities(self) -> list[tuple[str, bool]]:
        """None where no table has a row for each day, week or month."""
        if not any(table.is_series for table in self.report.tables):
            return []
        chosen = self.asked.question.granularity if self.asked.is_valid else ""
        return [(str(value), value == chosen) for value in Granularity.values]

    @property
    def compares(self) -> bool:
        return self.asked.params.get("compare") == "1"

    @property
    def compare_label(self) -> str:
        if not self.asked.is_valid:
            return "Compare with the period before"
        return f"Compare with {self.before_text}"

    @property
    def before_text(self) -> str:
        question = self.asked.question
        before = question.before().period
        if question.granularity != Granularity.MONTH and question.period.length % WEEK_DAYS == 0:
            return f"the {question.period.length} days before"
        return span_in_words(before)

    # What was read

    @property
    def period_text(self) -> str:
        return span_in_words(self.asked.question.period)

    @property
    def as_of(self) -> str:
        return short_time(self.answer.as_of)

    @property
    def late_text(self) -> str:
        """“3 May 2026 – 9 May 2026 and 12 June 2026”: days whose totals are behind."""
        spans = runs(self.answer.late)
        shown = [span_in_words(Period(first, last + DAY)) for first, last in spans[:LATE_SHOWN]]
        if more := len(spans) - len(shown):
            shown.append(f"{more:,} more times")
        return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))

    @property
    def time_zone(self) -> str:
        return settings.TIME_ZONE

    @cached_property
    def tiles(self) -> list[Tile]:
        return [
            self.tile(column, table, self.answer.results[table.name])
            for table in self.report.tables
            # Of other tables they are compared row by row; they have no total.
            if table.is_series
            for column in table.headlines
        ]

    def tile(self, column: Column, table: Table, result: Result) -> Tile:
        now, before = result.totals.get(column.name), result.totals_before.get(column.name)
        tile = {"label": column.label, "figure": in_words(column, now)}
        tile["link"] = self.link_of_total(column)
        if self.asked.compares:
            tile |= difference(column, now, before)
        if table.is_series and table.chart is None:
            tile["spark"] = self.sparkline(column, result)
        return Tile(**tile)

    def sparkline(self, column: Column, result: Result) -> str:
        """Of the days, weeks or months that are over: without a chart, the tiles are it."""
        values = [getattr(row, column.name) for row in result.rows if self.today not in row.period]
        title = f"{column.label} per {self.asked.question.granularity}"
        return charts.Sparkline(values, title).svg() if len(values) > 1 else ""

    def link_of_total(self, column: Column) -> str:
        question = self.asked.question
        if column.link is None or not column.link.is_for(self.user):
            return ""
        return column.link.to(question.filters)(None, question.period)

    @cached_property
    def tables(self) -> list["ShownTable"]:
        return [ShownTable(self, table) for table in self.report.tables]

    @property
    def definitions(self) -> list[tuple[str, str]]:
        """Label and meaning of each number that says what it means."""
        said = {
            (column.label, f"{column.definition}{judgement(column)}"): None
            for table in self.report.tables
            for column in table.columns
            if column.definition
        }
        return list(said)


class ShownTable:
    """One table with its chart, and where its rows can be had."""

    def __init__(self, page: ReportPage, table: Table):
        self.page, self.table = page, table
        self.question = page.asked.question
        self.result: Result = page.answer.results[table.name]
        self.title, self.note, self.empty = table.title, table.note, table.empty
        self.id = f"table-{table.name or 'main'}"

    @property
    def is_empty(self) -> bool:
        """No row, or a series in which nothing happened."""
        if not self.result.rows:
            return True
        return self.table.is_series and not any(
            getattr(row, column.name)
            for row in [*self.result.rows, *self.result.rows_before]
            for column in self.table.columns[1:]
        )

    @property
    def compared_with(self) -> str:
        """What the small figures are of."""
        return self.page.before_text if self.result.rows_before and not self.is_empty else ""

    @property
    def folded(self) -> str:
        """What opens the table of a chart that shows its rows; "" where it stands open."""
        if self.table.chart is None or not self.table.chart.folds:
            return ""
        return f"As a table, {self.count:,} row{'s' * (self.count != 1)}"

    @cached_property
    def cells(self) -> Cells:
        return Cells(self.table, self.question, self.page.user, self.page.today)

    @property
    def head(self) -> str:
        return self.cells.head()

    @property
    def rows(self) -> str:
        return self.cells.rows(self.result.rows, self.result.rows_before)

    @cached_property
    def chart(self) -> str:
        if self.table.chart is None:
            return ""
        return self.table.chart.draw(self.table, self.question, self.result, self.page.today).svg()

    @property
    def foot(self) -> str:
        return self.cells.foot(self.result) if self.table.is_series else ""

    @property
    def count(self) -> int:
        return len(self.result.rows)

    @cached_property
    def downloads(self) -> list[tuple[str, str]]:
        """Label and address of each format."""
        asked = self.page.asked
        params = {
            name: value for name, value in asked.params.items() if name not in ("format", "table")
        }
        if self.page.report.takes_dates:
            # A download says its days, whenever it is fetched.
            params |= as_address(self.question.period, self.question.granularity)
        if self.table.name:
            params["table"] = self.table.name
        formats = [name for name in FORMATS if name != "xlsx" or self.fits_a_workbook]
        start = "?" + "".join(f"{urlencode([one])}&" for one in params.items())
        return [(name.upper(), f"{start}format={name}") for name in formats]

    @property
    def fits_a_workbook(self) -> bool:
        return self.count <= exports.XLSX_ROWS


def in_words(column: Column, value: Any, nothing: str = "–") -> str:
    return nothing if value is None else column.unit.in_words(value)


def difference(column: Column, now, before) -> dict[str, str]:
    """What a tile says of the period before; nothing of what was not there."""
    if before is None or now is None:
        return {}
    said = {"before": column.unit.in_words(before)}
    if not before or now == before:
        return said
    change = (now - before) / before * 100
    said |= {"delta": f"{abs(change):.1f}%", "arrow": "▲" if change > 0 else "▼"}
    if column.better:
        said["css"] = "good" if (change > 0) == (column.better == HIGHER) else "bad"
    return said


def judgement(column: Column) -> str:
    return {HIGHER: " Higher is better.", LOWER: " Lower is better."}.get(column.better, "")
