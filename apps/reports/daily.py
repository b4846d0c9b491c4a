"""How a report reads numbers by day: a metric's, over the days of the question."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate

from django.db.models import QuerySet

from apps.reports.periods import DAY, Period
from apps.reports.question import Question
from apps.reports.rollups.durations import median
from apps.reports.rollups.metric import TOOK, Durations
from apps.reports.rollups.reading import DayTotal, Kept, several

Counted = Iterable[tuple[date, str, int]]
"""Day, key in the metric's dimension ("" where it has none), how many; no row for none."""


class Daily:
    """A metric's totals over a period."""

    def __init__(self, period: Period, counted: Counted):
        self.period = period
        days: dict[str, array] = {}
        first = period.start.toordinal()
        for day, key, number in counted:
            of_key = days.setdefault(key, array("q", bytes(8 * period.length)))
            of_key[day.toordinal() - first] += number
        # Sums from the first day on: a month costs a subtraction, not thirty additions.
        self.sums = {key: [0, *accumulate(of_key)] for key, of_key in days.items()}

    @property
    def keys(self) -> list[str]:
        return sorted(self.sums)

    def over(self, bucket: Period, key: str | None = None) -> int:
        """How many in these days, of one key or of all."""
        start = (bucket.start - self.period.start).days
        end = start + bucket.length
        chosen = self.sums.values() if key is None else [self.sums.get(key)]
        return sum(sums[end] - sums[start] for sums in chosen if sums)

    def by_key(self, bucket: Period) -> dict[str, int]:
        """How many of each key in these days."""
        start = (bucket.start - self.period.start).days
        end = start + bucket.length
        return {key: sums[end] - sums[start] for key, sums in self.sums.items()}

    def each(self, bucket: Period) -> tuple[int, ...]:
        """How many on each of these days, of all keys."""
        return tuple(self.over(Period(day, day + DAY)) for day in bucket.days())

    def median(self, bucket: Period) -> float | None:
        """Of times by their buckets (`took`): about how many seconds half of them took at most."""
        return median(self.by_key(bucket))


def took(metric: Durations, question: Question) -> Daily:
    """The metric's times on each day of the question."""
    return daily(metric, question, TOOK)


def daily(metric: Kept, question: Question, dimension: str = "") -> Daily:
    """The metric's totals of each day of the question; with a dimension, by its keys."""
    return daily_all([metric], question, dimension)[0]


def daily_all(metrics: Sequence[Kept], question: Question, dimension: str = "") -> list[Daily]:
    """The same of each metric. What is kept of all of them is read in one statement, so a report
    of many asks for them together.
    """
    return [Daily(question.period, numbers) for numbers in numbers_of(metrics, question, dimension)]


def by_day(metric: Kept, question: Question, dimension: str = "") -> list[DayTotal]:
    """The numbers as they are, each with its day and key, in this order."""
    return numbers_of([metric], question, dimension)[0]


def numbers_of(metrics: Sequence[Kept], question: Question, dimension: str) -> list[list[DayTotal]]:
    """Read once for a question, however many of its rows and totals are made of them."""
    key = (dimension, *(metric.name for metric in metrics))
    if key not in question.was_read:
        start, end = question.period.start, question.period.end
        found = several(metrics, dimension, start, end, question.freshness, question.using)
        question.was_read[key] = found
    return question.was_read[key]


def within(rows: QuerySet, moment: str, period: Period) -> QuerySet:
    """Those whose moment is in the period; an index on it serves this."""
    start, end = period.moments
    return rows.filter(**{f"{moment}__gte": start, f"{moment}__lt": end})
