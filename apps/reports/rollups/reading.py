"""What a report reads: past days as their numbers were kept, the newest from the tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS

from apps.reports.models import DailyTotal
from apps.reports.rollups.days import DAY, runs
from apps.reports.rollups.metric import Metric, Moved, totals_of
from apps.reports.rollups.state import Reach, reach

# So many days before today are read from the tables where their totals are not up to date.
LIVE_DAYS = 7
Kept = Metric | Moved


class DayTotal(NamedTuple):
    day: date
    key: str
    value: int


@dataclass(frozen=True)
class Freshness:
    """Of the days in a period: those to read from the tables, and those that nobody reads before
    they are computed again, which a page names.
    """

    live: Collection[date] = frozenset()
    late: Sequence[date] = ()


def freshness(start: date, end: date, reach: Reach) -> Freshness:
    dirty = reach.dirty_days(start, end - DAY)
    # Today is one of them wherever the period has it.
    newest = LIVE_DAYS + 1
    return Freshness(frozenset(dirty[-newest:]), dirty[:-newest])


def daily(
    metric: Kept, dimension: str = "", *, start: date, end: date, using: str = DEFAULT_DB_ALIAS
) -> list[DayTotal]:
    """The numbers of the days in [start, end), in order of day and key; zeros are left out.

    `dimension` "" gives the total of each day. Weekly and monthly ones (people.active by week,
    people.cohort) stand under the first day of their week or month.
    """
    return several([metric], dimension, start, end, freshness(start, end, reach(using)), using)[0]


def several(
    metrics: Sequence[Kept],
    dimension: str,
    start: date,
    end: date,
    known: Freshness,
    using: str = DEFAULT_DB_ALIAS,
) -> list[list[DayTotal]]:
    """The same of each metric: one statement for what is kept, one for the counts that are not."""
    spans = runs(known.live)
    found: dict[str, list[DayTotal]] = {metric.name: [] for metric in metrics}
    are_live = {metric.name for metric in metrics if spans and metric.reads_live(dimension)}
    all_live = len(known.live) == (end - start).days
    kept = [name for name in found if not (all_live and name in are_live)]
    rows = DailyTotal.objects.using(using).filter(
        metric__in=kept, dimension=dimension, day__gte=start, day__lt=end
    )
    for name, *row in rows.values_list("metric", "day", "key", "value"):
        if name not in are_live or row[0] not in known.live:
            found[name].append(DayTotal(*row))
    live = [metric for metric in metrics if metric.name in are_live]
    for one, value in totals_of(live, dimension, spans, using).items():
        found[one.metric].append(DayTotal(one.day, one.key, value))
    return [sorted(numbers) for numbers in found.values()]
