"""How a report reads numbers by day: a metric's, over the days of the question."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import accumulate, chain

from django.db.models import QuerySet

from apps.reports.periods import Granularity, Period
from apps.reports.question import Question
from apps.reports.rollups import reading
from apps.reports.rollups.days import month_of, week_of
from apps.reports.rollups.durations import median
from apps.reports.rollups.metric import TOOK, Durations, Metric
from apps.reports.rollups.reading import Kept, Numbers, gathered, several

Counted = Collection[tuple[date, str, int]]
"""Day, key in the metric's dimension ("" where it has none), how many; no row for none."""

FIRST_OF = {"week": week_of, "month": month_of}


class Daily:
    """A metric's totals over a period."""

    def __init__(self, period: Period, counted: Counted):
        self.period, self.counted = period, counted
        self.first = period.start.toordinal()
        self.sums: dict[str | None, list[int]] = {}

    @classmethod
    def of_each(cls, period: Period, totals: list[int]) -> "Daily":
        """Of as many numbers as the period has days."""
        made = cls(period, ())
        made.totals = totals
        return made

    @cached_property
    def totals(self) -> list[int]:
        """Of each day, all keys together."""
        found = [0] * self.period.length
        for day, _, number in self.counted:
            found[day.toordinal() - self.first] += number
        return found

    @cached_property
    def days(self) -> list[dict[str, int]]:
        """Of each day what its keys have: many keys have few days, as lengths of time do."""
        found: list[dict[str, int]] = [{} for _ in range(self.period.length)]
        for day, key, number in self.counted:
            of_day = found[day.toordinal() - self.first]
            of_day[key] = of_day.get(key, 0) + number
        return found

    def over(self, bucket: Period, key: str | None = None) -> int:
        """How many in these days, of one key or of all."""
        sums = self.sums_of(key)
        start, end = bucket.start.toordinal(), bucket.end.toordinal()
        return sums[end - self.first] - sums[start - self.first]

    def sums_of(self, key: str | None) -> list[int]:
        """From the first day on: a month costs a subtraction, not thirty additions."""
        if key not in self.sums:
            of_key = self.totals if key is None else [day.get(key, 0) for day in self.days]
            self.sums[key] = [0, *accumulate(of_key)]
        return self.sums[key]

    def by_key(self, bucket: Period) -> dict[str, int]:
        """How many of each key that has any in these days."""
        start = bucket.start.toordinal() - self.first
        if bucket.length == 1:
            return self.days[start]
        found: dict[str, int] = {}
        for day in self.days[start : start + bucket.length]:
            for key, number in day.items():
                found[key] = found.get(key, 0) + number
        return found

    def each(self, bucket: Period) -> tuple[int, ...]:
        """How many on each of these days, of all keys."""
        start = bucket.start.toordinal() - self.first
        return tuple(self.totals[start : start + bucket.length])

    def median(self, bucket: Period) -> float | None:
        """Of times by their buckets (`took`): about how many seconds half of them took at most."""
        return median(self.by_key(bucket))


def took(metric: Durations, question: Question) -> Daily:
    """The metric's times in each day, week or month of the question, and in all of it."""
    if question.granularity == Granularity.DAY:
        return daily(metric, question, TOOK)
    kind, stretch = question.granularity, question.stretch
    return question.once(
        (took, metric.name),
        lambda: Daily(question.period, gathered(metric, TOOK, stretch, kind)),
    )


def daily(metric: Kept, question: Question, dimension: str = "") -> Daily:
    """The metric's totals of each day of the question; with a dimension, by its keys."""
    return daily_all([metric], question, dimension)[0]


def daily_all(metrics: Sequence[Kept], question: Question, dimension: str = "") -> list[Daily]:
    """The same of each metric. What is kept of all of them is read in one statement, so a report
    of many asks for them together.
    """
    return question.once(
        (Daily, dimension, *(metric.name for metric in metrics)),
        lambda: [
            Daily(question.period, numbers)
            for numbers in several(metrics, dimension, question.stretch)
        ],
    )


def daily_of_whole(metric: Kept, question: Question, kind: str) -> Daily:
    """For each day the number of the whole week, or month, that it is a day of, as the last refresh
    left it: such numbers stand under the first day of their week or month.
    """
    first_of, period = FIRST_OF[kind], question.period
    [kept] = several([metric], kind, replace(question.stretch, start=first_of(period.start)))
    of = {day: number for day, _, number in kept}
    each = ([of.get(first_of(part.start), 0)] * part.length for part in period.buckets(kind))
    return Daily.of_each(period, list(chain.from_iterable(each)))


def by_day(metric: Kept, question: Question, dimension: str = "") -> Numbers:
    """The numbers as they are, each with its day and key, in this order."""
    return sorted(several([metric], dimension, question.stretch)[0])


def by_weekday(metric: Metric, question: Question, dimension: str) -> Counter[tuple[int, str]]:
    """How many in the whole period by day of the week (1 is Monday, 7 Sunday) and key."""
    return reading.by_weekday(metric, dimension, question.stretch)


def by_key(metric: Metric, question: Question, dimension: str) -> Counter[str]:
    """How many of each key in the whole period: where days are not asked for, it reads less."""
    return reading.summed(metric, dimension, question.stretch)


def best(metric: Metric, question: Question, dimension: str, most: int) -> dict[int, int]:
    """The largest numbers of the period by their ids, the largest first; of equals the later."""
    return reading.largest(metric, dimension, question.stretch, most)


def within(rows: QuerySet, moment: str, period: Period) -> QuerySet:
    """Those whose moment is in the period; an index on it serves this."""
    start, end = period.moments
    return rows.filter(**{f"{moment}__gte": start, f"{moment}__lt": end})
