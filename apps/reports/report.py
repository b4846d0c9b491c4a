"""What a report declares. docs/reports.md has the whole of it.

@dataclass(frozen=True, slots=True)
class PeopleRow:
    period: Period
    signups: int = column("Sign-ups", "Accounts made that day.")

def rows(question): ...              # from a Question to how a PeopleRow of some days is made

register(Report(slug="people", title="People", group=PEOPLE, tables=[Series(...)]))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django import forms
from django.urls import reverse

from apps.reports.charts import Chart
from apps.reports.links import Link
from apps.reports.periods import DEFAULT_DAYS, Period
from apps.reports.question import Question, form_class
from apps.reports.units import COUNT, PERIOD, Unit

HIGHER, LOWER = "higher", "lower"
Row = TypeVar("Row")
RowOf = Callable[[Period], Row]


@dataclass(frozen=True)
class Group:
    """Reports that the same people read."""

    title: str
    permission: str


PUBLISHING = Group("Publishing", "reports.view_publishing")
PEOPLE = Group("People", "reports.view_people")
CONVERSATION = Group("Conversation", "reports.view_conversation")
STAFF = Group("Staff", "reports.view_staff")
DATABASE = Group("Database", "reports.view_database")


@dataclass(frozen=True)
class Column:
    """One field of the row that is shown.

    `definition` says what the number means; `better` whether more of it is good news (HIGHER,
    LOWER; "" is neither). A `headline` stands in a tile and is compared with the previous period.
    A column that needs a right to `export` is left out of the downloads of those without it.
    """

    name: str
    label: str
    definition: str = ""
    unit: Unit = COUNT
    better: str = ""
    headline: bool = False
    adds_up: bool | None = None
    link: Link | None = None
    export: str = ""

    @property
    def is_summed(self) -> bool:
        """Counts add up over days, other numbers do not, unless the column says so."""
        return self.unit is COUNT if self.adds_up is None else self.adds_up


def column(label: str, definition: str = "", unit: Unit = COUNT, better: str = "", **more) -> Any:
    """In a row's dataclass: `signups: int = column("Sign-ups", "Accounts made that day.")`."""
    return field(metadata={"column": Column("", label, definition, unit, better, **more)})


@dataclass(frozen=True)
class Table:
    """Rows of one shape, with their chart.

    `key` is the field by which a row is found in the previous period.
    """

    title: str
    row: type
    rows: Callable[[Question], list]
    chart: Chart | None = None
    name: str = ""
    note: str = ""
    key: str = ""
    empty: str = "Nothing in this period."
    is_series: ClassVar[bool] = False

    @cached_property
    def columns(self) -> list[Column]:
        """The row's fields that are a `column`, in their order."""
        declared = [(one.name, one.metadata.get("column")) for one in fields(self.row)]
        return [replace(column, name=name) for name, column in declared if column]

    def read(self, question: Question) -> tuple[list, dict[str, Any]]:
        """Its rows; and its totals: name of a column → value."""
        return self.rows(question), {}

    @property
    def field_names(self) -> list[str]:
        return [one.name for one in fields(self.row)]

    @property
    def headlines(self) -> list[Column]:
        return [column for column in self.columns if column.headline]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Series(Table):
    """A row for each day, week or month. Its headlines are the report's tiles.

    `rows` gives how the row of some days is made, whose first field is `period`; the total is the
    row of all of them. So what does not add up, a median or who is counted once, is right in every
    line.
    """

    rows: Callable[[Question], RowOf]
    is_series: ClassVar[bool] = True

    @cached_property
    def columns(self) -> list[Column]:
        """The row's `period` first."""
        return [Column("period", "Day", unit=PERIOD), *super().columns]

    def read(self, question: Question) -> tuple[list, dict[str, Any]]:
        row_of = self.rows(question)
        total = row_of(question.period)
        rows = [row_of(bucket) for bucket in question.buckets]
        return rows, {column.name: getattr(total, column.name) for column in self.columns[1:]}


@dataclass(frozen=True)
class Report:
    """`filters` is a form whose fields are the report's own parameters.

    `permission` is the group's unless another is given. `takes_dates` False: it is over all time;
    otherwise it shows the last `default_days` unless it is asked for others.
    `place` is the one in its group; those of the same stand as they were registered.
    """

    slug: str
    title: str
    summary: str
    group: Group
    tables: Sequence[Table]
    filters: type[forms.Form] | None = None
    takes_dates: bool = True
    default_days: int = DEFAULT_DAYS
    in_sidebar: bool = False
    permission: str = ""
    place: int = 10

    @property
    def needs(self) -> str:
        return self.permission or self.group.permission

    def is_for(self, user) -> bool:
        return user.has_perm(self.needs)

    @property
    def address(self) -> str:
        return reverse("reports:report", args=[self.slug])

    def table(self, name: str) -> Table | None:
        return next((table for table in self.tables if table.name == name), None)

    @cached_property
    def form(self) -> type[forms.Form]:
        """Of its address."""
        return form_class(self)

    @property
    def is_compared(self) -> bool:
        return self.takes_dates and any(table.headlines for table in self.tables)


_reports: dict[str, Report] = {}


def register(report: Report) -> Report:
    """Give a report its page; apps above this one do so from their `AppConfig.ready()`."""
    if _reports.setdefault(report.slug, report) is not report:
        raise ValueError(f"There is a report {report.slug!r} already.")
    return report


def all_reports() -> list[Report]:
    return in_order(_reports.values())


def in_order(reports: Iterable) -> list:
    """By their groups, and by their places in these."""
    order = [PUBLISHING, PEOPLE, CONVERSATION, STAFF, DATABASE]
    place = {group: number for number, group in enumerate(order)}
    return sorted(reports, key=lambda one: (place.get(one.group, len(order)), one.place))


def report_for(slug: str) -> Report | None:
    return _reports.get(slug)


def readable_by(user) -> list[Report]:
    return [report for report in all_reports() if report.is_for(user)]


@dataclass(frozen=True)
class ReportLink:
    """To another report, of the same days; none while there is no such report. `table`: to that
    table of it.
    """

    slug: str
    table: str = ""

    def is_for(self, user) -> bool:
        found = report_for(self.slug)
        return found is not None and found.is_for(user)

    def to(self, filters: Mapping[str, Any]) -> Callable[[Any, Period], str]:
        page = reverse("reports:report", args=[self.slug])
        end = f"#table-{self.table}" if self.table else ""

        def address(row: Any, period: Period) -> str:
            # As `as_address` has it. Days need no quoting, and a year by day has 1,825 of these.
            return f"{page}?start={period.start.isoformat()}&end={period.last.isoformat()}{end}"

        return address
