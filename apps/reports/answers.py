"""A report's answer: its rows, those of the previous period, and where and when they were read.

Read in one snapshot, kept in the cache under the question alone: what a person may see of it
is decided when it is shown.
"""

import pickle  # nosec B403
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import Error

from apps.backoffice.cache_keys import cache_key
from apps.backoffice.single_flight import kept
from apps.reports import snapshot
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import Report, Table
from apps.reports.rollups.state import stamp

FRESH_SECONDS = 300
# How an answer is packed; another number for another way.
PACKED = 3
# PostgreSQL's code for a statement that was cancelled, by its timeout as by hand.
QUERY_CANCELED = "57014"


class TooSlow(Exception):
    """The figures were not read within the time a report may take."""


@dataclass(frozen=True)
class Result:
    """Of one table. `totals` and `totals_before`: name of a column → value."""

    rows: list = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)
    rows_before: list = field(default_factory=list)
    totals_before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """`results` has a Result for each table's name, made when it is asked for."""

    report: Report
    packed: dict
    as_of: datetime
    is_stale: bool = False
    # What has just been read, to be made of bytes by whoever finds it in the cache.
    fresh: dict[str, Result] | None = None

    @property
    def source(self) -> str:
        return self.packed["source"]

    @property
    def late(self) -> list[date]:
        """Days whose totals are still to be computed."""
        return [date.fromisoformat(day) for day in self.packed.get("late", ())]

    @cached_property
    def tables(self) -> dict[str, tuple]:
        """By its name what `packed` has of each; read out of our cache, which pickles too."""
        return pickle.loads(self.packed["results"])  # noqa: S301  # nosec B301

    def rows_of(self, table: Table) -> list[tuple]:
        """As `packed_rows` has them."""
        return self.tables[table.name][0]

    @cached_property
    def results(self) -> dict[str, Result]:
        if self.fresh is not None:
            return self.fresh
        return {one.name: unpacked(one, self.tables[one.name]) for one in self.report.tables}


def answer(
    report: Report,
    question: Question,
    *,
    compare: bool,
    person_id: int | None,
    refresh: bool = False,
    stamp_now: Callable[[], str] = stamp,
) -> Answer:
    """What is kept, or is read now. Raises TooSlow.

    What is kept holds while the database's stamp is the one that was read with it: the database
    is asked, since a cache may be a process's own, or have been away when a day changed.
    """
    fresh = None

    def compute() -> dict:
        nonlocal fresh
        fresh, source = read(report, question, compare=compare, person_id=person_id)
        return packed(report, fresh, source) | how_far(question)

    found = kept(
        key_of(report, question, compare=compare),
        compute,
        fresh_seconds=FRESH_SECONDS,
        refresh=refresh,
        is_current=lambda value: value.get("stamp") == stamp_now(),
    )
    as_of = datetime.fromtimestamp(found.made_at, UTC)
    return Answer(report, found.value, as_of, found.is_stale, fresh)


def how_far(question: Question) -> dict[str, Any]:
    """Where it was read, the stamp of that moment, and the days whose totals were behind."""
    [*_, reach] = question.reaches.values()
    return {"stamp": reach.stamp, "late": [day.isoformat() for day in sorted(question.late)]}


def key_of(report: Report, question: Question, *, compare: bool) -> str:
    """The same in every process; another where the rows have another shape."""
    shape = [PACKED, *(",".join(table.field_names) for table in report.tables)]
    period = question.period
    asked = [period.start, period.end, str(question.granularity), compare, dict(question.filters)]
    return cache_key(f"report:{report.slug}", [*asked, shape, settings.TIME_ZONE])


def read(
    report: Report, question: Question, *, compare: bool, person_id: int | None
) -> tuple[dict[str, Result], str]:
    """All tables in one snapshot, and the name of the source."""
    for source in snapshot.sources(person_id):
        try:
            with snapshot.snapshot(source) as alias:
                asked = replace(question, using=alias)
                # First of all, so that the figures are no older than their stamp.
                _ = asked.reach
                results = {
                    table.name: read_table(table, asked, compare=compare and report.is_compared)
                    for table in report.tables
                }
            return results, str(source)
        except Error as error:
            if getattr(error.__cause__, "sqlstate", None) == QUERY_CANCELED:
                raise TooSlow from error
            # A replica may be away, or behind with a column that a migration has just added.
            if source.alias != snapshot.REPLICA:
                raise
            snapshot.replica_failed(error)
    raise AssertionError("The last source is read or raises.")


def read_table(table: Table, question: Question, *, compare: bool) -> Result:
    now = table.read(question)
    before = table.read(question.before()) if compare and table.headlines else ()
    return Result(*now, *before)


def packed(report: Report, results: dict[str, Result], source: str) -> dict:
    """Without our classes: what another release left in the cache stays readable, or is a miss.

    In bytes, which cost nothing where the page is drawn already: rows are not made of them then.
    """
    tables = {
        table.name: (
            packed_rows(table, results[table.name].rows),
            results[table.name].totals,
            packed_rows(table, results[table.name].rows_before),
            results[table.name].totals_before,
        )
        for table in report.tables
    }
    return {"source": source, "results": pickle.dumps(tables, pickle.HIGHEST_PROTOCOL)}


def packed_rows(table: Table, rows: list) -> list[tuple]:
    """A row's fields in their order; of a series its period as two numbers, which are read back
    five times as fast as days are.
    """
    names = table.field_names
    if not table.is_series:
        return [tuple([getattr(row, name) for name in names]) for row in rows]
    ends = [(row.period.start.toordinal(), row.period.end.toordinal()) for row in rows]
    others = ([getattr(row, name) for name in names[1:]] for row in rows)
    return [(*two, *values) for two, values in zip(ends, others, strict=True)]


def unpacked(table: Table, kept_result: tuple) -> Result:
    rows, totals, rows_before, totals_before = kept_result
    made = [unpacked_rows(table, some) for some in (rows, rows_before)]
    return Result(made[0], totals, made[1], totals_before)


def unpacked_rows(table: Table, rows: list[tuple]) -> list:
    if not table.is_series:
        return [table.row(*row) for row in rows]
    return [table.row(Period.of_ordinals(start, end), *row) for start, end, *row in rows]
