"""Numbers of a day: what each is, in one place, and how a report reads them.

A metric counts from the base tables, over an index, for whole days. Reports never call it: they
ask `daily`, which is where kept totals of past days will be read in its place; the same function
makes these totals and proves them.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.reports.periods import Period
from apps.reports.question import Question

Counted = Iterable[tuple[date, str, int]]
"""Day, key in the metric's dimension ("" where it has none), how many; no row for none."""


@dataclass(frozen=True)
class Metric:
    """A number that adds up over days. `dimension` says what its keys are: region, category."""

    name: str
    count: Callable[[Period, str], Counted]
    dimension: str = ""


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


def daily(metric: Metric, question: Question) -> Daily:
    """The metric's totals of each day of the question, read live."""
    return Daily(question.period, metric.count(question.period, question.using))


def within(rows: QuerySet, moment: str, period: Period) -> QuerySet:
    """Those whose moment is in the period; an index on it serves this."""
    start, end = period.moments
    return rows.filter(**{f"{moment}__gte": start, f"{moment}__lt": end})


def per_day(rows: QuerySet, moment: str, key: str = "") -> Counted:
    """How many rows each day of TIME_ZONE has, by the key's value if there is one."""
    day = TruncDate(moment, tzinfo=timezone.get_default_timezone())
    by = rows.order_by().annotate(day_=day).values_list("day_", *([key] if key else []))
    for day, *value, number in by.annotate(number_=Count("pk")):
        yield day, str(value[0] or "") if value else "", number
