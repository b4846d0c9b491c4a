"""What a report reads: past days as their numbers were kept, the newest from the tables."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from apps.reports.rollups.days import DAY, as_day, runs
from apps.reports.rollups.metric import Metric, Moved, totals_of
from apps.reports.rollups.state import Reach, reach

# So many days before today are read from the tables where their totals are not up to date.
LIVE_DAYS = 7
Kept = Metric | Moved
# A page reads this up to five times: the ORM takes longer to make such a statement than PostgreSQL
# to answer it. `columns` and `more` are written below; all values are parameters.
KEPT = """
    SELECT {columns} FROM reports_dailytotal
    WHERE metric IN ({metrics}) AND dimension = %s AND day >= %s AND day < %s {more}
"""
SUM = "CAST(sum(value) AS bigint)"


class DayTotal(NamedTuple):
    day: date
    key: str
    value: int


Numbers = list[tuple[date, str, int]]
"""The same; a year may have thousands, and few of them are read by name."""


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


@dataclass(frozen=True)
class Stretch:
    """The days in [start, end), as a database has them."""

    start: date
    end: date
    known: Freshness
    using: str = DEFAULT_DB_ALIAS

    @property
    def length(self) -> int:
        return (self.end - self.start).days

    def live(self, metric: Kept, dimension: str) -> Collection[date]:
        """The days of which the metric is read from the tables."""
        return metric.live(self.known.live, dimension)


def daily(
    metric: Kept, dimension: str = "", *, start: date, end: date, using: str = DEFAULT_DB_ALIAS
) -> list[DayTotal]:
    """The numbers of the days in [start, end), in order of day and key; zeros are left out.

    `dimension` "" gives the total of each day. Weekly and monthly ones (people.active by week,
    people.cohort) stand under the first day of their week or month.
    """
    stretch = Stretch(start, end, freshness(start, end, reach(using)), using)
    return [DayTotal(*one) for one in sorted(several([metric], dimension, stretch)[0])]


def several(metrics: Sequence[Kept], dimension: str, stretch: Stretch) -> list[Numbers]:
    """The same of each metric, in no order: one statement for what is kept, one for the counts
    that are not.
    """
    live = {metric.name: stretch.live(metric, dimension) for metric in metrics}
    found: dict[str, Numbers] = {name: [] for name in live}
    names = [name for name, days in live.items() if len(days) < stretch.length]
    for name, day, key, value in kept("metric, day, key, value", names, dimension, stretch):
        if day not in live[name]:
            found[name].append((day, key, value))
    asked = [(metric, runs(live[metric.name])) for metric in metrics if live[metric.name]]
    for one, value in totals_of(asked, dimension, stretch.using).items():
        found[one.metric].append((one.day, one.key, value))
    return list(found.values())


def gathered(metric: Metric, dimension: str, stretch: Stretch, kind: str) -> Numbers:
    """The numbers of each week or month (`kind`), each under one of its days in the stretch.

    Added up in the database: a year of times by their length are 11,000 numbers by day, and 2,000
    by week.
    """
    bucket, params = connections[stretch.using].ops.date_trunc_sql(kind, "day", ())
    columns, more = f"{bucket}, min(day), key, {SUM}", "GROUP BY 1, key"
    rows = past(columns, metric, dimension, stretch, more, params)
    found = [(as_day(day), key, number) for _, day, key, number in rows]
    live = live_of(metric, dimension, stretch)
    return found + [(one.day, one.key, number) for one, number in live.items()]


def summed(metric: Metric, dimension: str, stretch: Stretch) -> Counter[str]:
    """How many of each key. Added up in the database: what twenty people did in a year are 60,000
    numbers, and 150 sums.
    """
    found = Counter(dict(past(f"key, {SUM}", metric, dimension, stretch, "GROUP BY key")))
    for one, number in live_of(metric, dimension, stretch).items():
        found[one.key] += number
    return found


def by_weekday(metric: Metric, dimension: str, stretch: Stretch) -> Counter[tuple[int, str]]:
    """How many on the days of the week (1 is Monday, 7 Sunday), of each key."""
    weekday, params = connections[stretch.using].ops.date_extract_sql("iso_week_day", "day", ())
    columns, more = f"CAST({weekday} AS integer), key, {SUM}", "GROUP BY 1, key"
    rows = past(columns, metric, dimension, stretch, more, params)
    found = Counter({(day, key): number for day, key, number in rows})
    for one, number in live_of(metric, dimension, stretch).items():
        found[one.day.isoweekday(), one.key] += number
    return found


def largest(metric: Metric, dimension: str, stretch: Stretch, most: int) -> dict[int, int]:
    """The largest numbers of keys that are ids and have one day each; of equals the higher id."""
    more = f"ORDER BY value DESC, 1 DESC LIMIT {most:d}"
    found = dict(past("CAST(key AS bigint), value", metric, dimension, stretch, more))
    for one, number in live_of(metric, dimension, stretch).items():
        found[int(one.key)] = number
    best = sorted(found, key=lambda pk: (found[pk], pk), reverse=True)[:most]
    return {pk: found[pk] for pk in best}


def past(columns: str, metric, dimension: str, stretch: Stretch, more: str, params=()) -> list:
    """What is kept of the days that are not read from the tables."""
    live = list(stretch.live(metric, dimension))
    without = f"AND day NOT IN ({places(live)}) " if live else ""
    return kept(columns, [metric.name], dimension, stretch, without + more, params, live)


def kept(
    columns: str,
    metrics: Sequence[str],
    dimension: str,
    stretch: Stretch,
    more: str = "",
    params: Sequence[Any] = (),
    more_params: Sequence[Any] = (),
) -> list[tuple]:
    """`params` are those of the columns, `more_params` those of what comes after the days."""
    if not metrics:
        return []
    sql = KEPT.format(columns=columns, metrics=places(metrics), more=more)
    days = (dimension, stretch.start, stretch.end)
    with connections[stretch.using].cursor() as cursor:
        cursor.execute(sql, [*params, *metrics, *days, *more_params])
        return cursor.fetchall()


def places(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def live_of(metric: Metric, dimension: str, stretch: Stretch) -> Counter:
    spans = runs(stretch.live(metric, dimension))
    return metric.totals(spans, [dimension], stretch.using) if spans else Counter()
