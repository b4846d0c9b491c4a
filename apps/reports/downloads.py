"""The rows of a report's table as a file: all of them, in the order of time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from operator import itemgetter

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.backoffice import exports
from apps.reports.answers import Answer
from apps.reports.question import Asked
from apps.reports.report import Column, Report, Table
from apps.reports.units import PERIOD, span_in_words


def download(request: HttpRequest, report: Report, asked: Asked, got: Answer) -> HttpResponseBase:
    """In the format that the address asks for; columns he may not take along are left out."""
    columns = [one for one in asked.table.columns if may_take(request.user, one)]
    table = exports.Table(
        name=file_name(report, asked),
        title=title_of(report, asked),
        headers=[head for column in columns for head in heads(column)],
        rows=values(asked.table, columns, got.rows_of(asked.table)),
        keys=[key for column in columns for key in keys(column)],
    )
    return exports.answer(request, table, asked.format)


def may_take(user, column: Column) -> bool:
    return not column.export or user.has_perm(column.export)


def file_name(report: Report, asked: Asked) -> str:
    """people-2026-10-25-2026-11-21-day; with the table's name where it is not the first."""
    parts = [report.slug, asked.table.name]
    if report.takes_dates:
        period = asked.question.period
        parts += [period.start.isoformat(), period.last.isoformat()]
        parts += [str(asked.question.granularity)] if asked.table.is_series else []
    return "-".join(filter(None, parts))


def title_of(report: Report, asked: Asked) -> str:
    """People: Sign-ups and new contributors, 25 Oct – 21 Nov 2026."""
    names = dict.fromkeys(filter(None, [report.title, asked.table.title]))
    title = ": ".join(names)
    return f"{title}, {span_in_words(asked.question.period)}" if report.takes_dates else title


# A period is two columns: its first and its last day.


def heads(column: Column) -> tuple[str, ...]:
    return ("First day", "Last day") if column.unit is PERIOD else (column.label,)


def keys(column: Column) -> tuple[str, ...]:
    return ("start", "end") if column.unit is PERIOD else (column.name,)


def values(table: Table, columns: Sequence[Column], rows: list[tuple]) -> Iterator[tuple]:
    """Of rows as they are kept: no object is made of any."""
    names = [column.name for column in columns if column.unit is not PERIOD]
    if not table.is_series:
        yield from map(picking(table.field_names, names), rows)
        return
    pick, day = picking(["start", "end", *table.field_names[1:]], names), date.fromordinal
    for row in rows:
        yield day(row[0]), day(row[1] - 1), *pick(row)


def picking(fields: Sequence[str], names: Sequence[str]) -> Callable[[tuple], tuple]:
    """From a row that has these fields to the values of some."""
    places = [fields.index(name) for name in names]
    return itemgetter(*places) if len(places) > 1 else lambda row: tuple(row[at] for at in places)
