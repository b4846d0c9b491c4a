"""A report at a glance, for the home page and the index: its figure of the last seven days, how it
compares with the seven before, and the line of four weeks.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.db import Error
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.backoffice.charts import Sparkline
from apps.reports.answers import TooSlow, answer
from apps.reports.page import Tile, difference
from apps.reports.periods import Granularity, Period
from apps.reports.question import Question
from apps.reports.report import Column, Report, Table
from apps.reports.rollups.state import stamp

logger = logging.getLogger(__name__)
DAYS, SHOWN = 28, 7


@dataclass(frozen=True)
class Glance:
    """`tile` is in words; `spark` is decoration beside it, with a name of its own on tiles."""

    report: Report
    tile: Tile
    spark: SafeString
    link: str


def glances(reports: Iterable[Report], *, width: int, height: int) -> list[Glance]:
    """Of those reports that have a number for each day; kept for minutes, for everybody."""
    # Asked once for all of them, if anything is kept.
    stamp_now = cache(stamp)
    found = (glance(report, width, height, stamp_now) for report in reports)
    return [one for one in found if one is not None]


def glance(
    report: Report, width: int, height: int, stamp_now: Callable[[], str] = stamp
) -> Glance | None:
    """None where there is no number of days to show, or it cannot be read at this moment."""
    table, column = figure_of(report)
    if column is None:
        return None
    period = Period.ending(timezone.localdate(), DAYS)
    question = Question(period, Granularity.DAY)
    try:
        got = answer(report, question, compare=False, person_id=None, stamp_now=stamp_now)
    except (TooSlow, Error):
        logger.warning("The report %s could not be read for a glance.", report.slug, exc_info=True)
        return None
    values = [getattr(row, column.name) or 0 for row in got.results[table.name].rows]
    now, before = sum(values[-SHOWN:]), sum(values[-2 * SHOWN : -SHOWN])
    title = f"{column.label} per day, last {DAYS} days"
    return Glance(
        report,
        Tile(column.label, f"{now:,}", **difference(column, now, before)),
        Sparkline(values, title, width, height).svg(),
        report.address,
    )


def figure_of(report: Report) -> tuple[Table, Column | None]:
    """The first headline that adds up, of a table with a row for each day."""
    table = report.tables[0]
    if not (report.takes_dates and table.is_series):
        return table, None
    return table, next((one for one in table.headlines if one.is_summed), None)
