"""What a report reads: past days as their numbers were kept, the newest from the tables."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, QuerySet, Sum
from django.db.models.functions import Cast, ExtractIsoWeekDay, Trunc

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
    for name, day, key, value in rows.values_list("metric", "day", "key", "value"):
        if name not in are_live or day not in known.live:
            found[name].append(DayTotal(day, key, value))
    live = [metric for metric in metrics if metric.name in are_live]
    for one, value in totals_of(live, dimension, spans, using).items():
        found[one.metric].append(DayTotal(one.day, one.key, value))
    return [sorted(numbers) for numbers in found.values()]


def gathered(
    metric: Metric,
    dimension: str,
    start: date,
    end: date,
    known: Freshness,
    using: str,
    kind: str,
) -> list[DayTotal]:
    """The numbers of each week or month (`kind`), under the first day that it has in [start, end).

    Those of days that are read from the tables stand under their own. Added up in the database: a
    year of times by their length are 11,000 numbers by day, and 2,000 by week.
    """
    rows = kept_of(metric, dimension, start, end, known, using).order_by()
    by = rows.values_list(Trunc("day", kind), "key").annotate(Sum("value"))
    found = [DayTotal(max(first, start), key, number) for first, key, number in by]
    live = live_of(metric, dimension, known, using).items()
    return found + [DayTotal(one.day, one.key, number) for one, number in live]


def summed(
    metric: Metric, dimension: str, start: date, end: date, known: Freshness, using: str
) -> Counter[tuple[int, str]]:
    """How many on the days of the week (1 is Monday, 7 Sunday) and of each key in [start, end).

    Added up in the database: what twenty people did in a year are 60,000 numbers, and 1,000 sums.
    """
    rows = kept_of(metric, dimension, start, end, known, using).order_by()
    by = rows.values_list(ExtractIsoWeekDay("day"), "key").annotate(Sum("value"))
    found = Counter({(weekday, key): number for weekday, key, number in by})
    for one, number in live_of(metric, dimension, known, using).items():
        found[one.day.isoweekday(), one.key] += number
    return found


def largest(
    metric: Metric, dimension: str, start: date, end: date, known: Freshness, using: str, most: int
) -> dict[int, int]:
    """The largest numbers of keys that are ids and have one day each; of equals the higher id."""
    rows = kept_of(metric, dimension, start, end, known, using)
    rows = rows.annotate(pk_=Cast("key", BigIntegerField())).order_by("-value", "-pk_")
    found = dict(rows.values_list("pk_", "value")[:most])
    for one, number in live_of(metric, dimension, known, using).items():
        found[int(one.key)] = number
    best = sorted(found, key=lambda pk: (found[pk], pk), reverse=True)[:most]
    return {pk: found[pk] for pk in best}


def kept_of(metric, dimension, start, end, known: Freshness, using: str) -> QuerySet:
    """What is kept of the days that are not read from the tables."""
    rows = DailyTotal.objects.using(using).filter(
        metric=metric.name, dimension=dimension, day__gte=start, day__lt=end
    )
    return rows.exclude(day__in=known.live) if known.live else rows


def live_of(metric: Metric, dimension: str, known: Freshness, using: str) -> Counter:
    spans = runs(known.live)
    return metric.totals(spans, [dimension], using) if spans else Counter()
