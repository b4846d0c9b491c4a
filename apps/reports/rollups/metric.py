"""A metric: rows of a table, the moment each counts at, and by what they are told apart."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Aggregate, Count, Min, QuerySet, Value

from apps.reports.rollups.days import Run, day_in_database, moments, today
from apps.reports.rollups.durations import bucket

# The one dimension of what is counted by bucket.
TOOK = "took"


class Total(NamedTuple):
    """The place of one number; `dimension` and `key` are empty for the total of the day."""

    day: date
    metric: str
    dimension: str = ""
    key: str = ""


@dataclass(frozen=True)
class Metric:
    """`facts` gives the rows, `at` names the moment that decides on the day.

    `dimensions` maps the name of a dimension to the column or annotation that is its key. One
    without a `total` has numbers by its dimensions alone. `kept_days`: so long its rows are sure
    to be there; a total of an earlier day is all that is left of it, and stays.
    """

    name: str
    facts: Callable[[], QuerySet]
    at: str
    dimensions: Mapping[str, str] = field(default_factory=dict)
    has_total: bool = True
    kept_days: int | None = None

    def totals(
        self,
        spans: Sequence[Run],
        dimensions: Sequence[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> Counter[Total]:
        """The numbers of the days from the tables, in one statement; what is zero is left out.

        `dimensions`: only these, and only the total where "" is among them; None: all.
        """
        if dimensions is None:
            dimensions = [*[""] * self.has_total, *self.dimensions]
        columns = {name: place for place, name in enumerate(filter(None, dimensions), 1)}
        found: Counter[Total] = Counter()
        for row in self.rows(spans, list(columns), using):
            for name in dimensions:
                key = as_key(row[columns[name]]) if name else ""
                found[Total(row[0], self.name, name, key)] += row[-1]
        return found

    def rows(self, spans: Sequence[Run], dimensions: Sequence[str], using: str) -> QuerySet:
        """Day, a column for each dimension, and how many."""
        columns = [self.dimensions[name] for name in dimensions]
        parts = [self.grouped(self.within(span, using), columns) for span in spans]
        return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]

    def within(self, span: Run, using: str) -> QuerySet:
        start, end = moments(*span)
        found = (
            self.facts().using(using).filter(**{f"{self.at}__gte": start, f"{self.at}__lt": end})
        )
        return found.annotate(day=day_in_database(self.at)).order_by()

    def grouped(self, facts: QuerySet, columns: list[str]) -> QuerySet:
        return facts.values_list("day", *columns).annotate(number=self.number)

    @property
    def number(self) -> Aggregate:
        return Count("pk")

    def live(self, days: Collection[date], dimension: str) -> Collection[date]:
        """Of days that are not up to date those to read from the tables."""
        if self.kept_days is None:
            return days
        return {day for day in days if day >= self.sure_from}

    @property
    def sure_from(self) -> date:
        """The first day whose rows are all there still."""
        return date.min if self.kept_days is None else today() - timedelta(days=self.kept_days)

    def first_moment(self) -> datetime | None:
        return self.facts().aggregate(first=Min(self.at))["first"]


@dataclass(frozen=True)
class Few(Metric):
    """Of rare ones among many rows: the first would be found last, and is not looked for."""

    def first_moment(self) -> None:
        return None


@dataclass(frozen=True)
class Moved:
    """What adds up over nothing and is moved with each difference (`rollups.authors`): as the
    last refresh left it, a few minutes ago.
    """

    name: str

    def live(self, days: Collection[date], dimension: str) -> Collection[date]:
        return ()


@dataclass(frozen=True)
class Durations(Metric):
    """Times from one column or annotation to another, counted by bucket; without both there is
    none.
    """

    has_total: bool = False
    start: str = ""
    end: str = ""

    def totals(
        self,
        spans: Sequence[Run],
        dimensions: Sequence[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> Counter[Total]:
        return Counter(
            Total(day, self.name, TOOK, bucket(end - start))
            for day, start, end in self.rows(spans, [], using)
            if start and end
        )

    def grouped(self, facts: QuerySet, columns: list[str]) -> QuerySet:
        return facts.values_list("day", self.start, self.end)


def totals_of(
    asked: Sequence[tuple[Metric, Sequence[Run]]], dimension: str, using: str
) -> Counter[Total]:
    """The numbers of several metrics, each of its spans: plain counts of a day are all read in one
    statement.
    """
    found: Counter[Total] = Counter()
    parts = []
    for metric, spans in asked:
        if dimension or type(metric).totals is not Metric.totals:
            found.update(metric.totals(spans, [dimension], using))
            continue
        rows = (metric.within(span, using) for span in spans)
        parts += [one.values_list("day", Value(metric.name)).annotate(Count("pk")) for one in rows]
    for day, name, number in parts[0].union(*parts[1:], all=True) if parts else ():
        found[Total(day, name)] += number
    return found


def as_key(value: Any) -> str:
    return "" if value is None else str(value)
