"""Bring the totals up to what the tables say: days that have passed, days that were marked, today.

A batch is one transaction. It takes the lock, reads marks, then the truth, writes what differs
and deletes the marks that it read. A writer's mark becomes visible together with his change, so
whatever a batch does not see of a day leaves a mark that it does not delete.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Max

from apps.reports.models import DailyTotal, DirtyDay
from apps.reports.rollups import authors, state, totals, whole
from apps.reports.rollups.days import DAY, Run, portions, runs
from apps.reports.rollups.locks import turn
from apps.reports.rollups.metric import Metric, Total
from apps.reports.rollups.metrics import METRICS

# A batch should take about so long. On SQLite nobody else writes meanwhile; on PostgreSQL nobody
# waits, and the more days the less each costs: a person's sums are written once for all of them.
BATCH_SECONDS = {"sqlite": 0.5, "postgresql": 10}
MOST_DAYS = 64


def refresh() -> Iterator[int]:
    """Compute what is to be; after each batch, how many days it had. Raises Busy."""
    size = 1
    while True:
        started = time.perf_counter()
        with turn():
            days = next_batch(size)
        if not days:
            break
        yield len(days)
        size = next_size(size, time.perf_counter() - started)
    yield from refresh_open_days()


def next_size(size: int, took: float) -> int:
    """How many days the next batch has: as many as the time is for, at most twice those before."""
    fitting = int(size * BATCH_SECONDS[connection.vendor] / took)
    return max(1, min(fitting, 2 * size, MOST_DAYS))


def next_batch(size: int) -> list[date]:
    """Compute some days that have passed, or else some that were marked; which it were."""
    if state.is_of_later_release():
        return []
    start, last = state.open_days()
    closing = min(last, state.last_to_close())
    if start <= closing:
        days = [start + timedelta(days=number) for number in range(size)]
        days = [day for day in days if day <= closing]
        compute_marked(days)
        whole.close_periods((days[0], days[-1]), closing)
        state.close(days[-1])
        return days
    days = state.marked_days(date.min, start - DAY)[-size:]
    compute_marked(days)
    return days


def refresh_open_days() -> Iterator[int]:
    """Today, and what cannot be closed yet; it is looked at again by the next refresh."""
    start, last = state.open_days()
    # In a TIME_ZONE further east, which there was before, tomorrow had begun.
    kept = DailyTotal.objects.aggregate(last=Max("day"))["last"]
    last = max(last, kept or last)
    for number in range((last - start).days + 1):
        with turn():
            compute_marked([start + timedelta(days=number)])
        yield 0


def days_to_do() -> int:
    start, last = state.open_days()
    return len(state.marked_days(date.min, start - DAY)) + (last - start).days


def compute_marked(days: Sequence[date]) -> None:
    """The days' totals, without the marks that stood on them before they were computed."""
    marks = list(DirtyDay.objects.filter(day__in=days).values_list("pk", flat=True))
    are_changed = [compute(span) for span in runs(days)]
    for some in portions(marks):
        DirtyDay.objects.filter(pk__in=some).delete()
    if marks or any(are_changed):
        state.changed()


def compute(span: Run) -> bool:
    """Whether a number was another."""
    is_changed = False
    for metrics, some in parts_by_metrics(span):
        old = totals.stored(some, [metric.name for metric in metrics])
        is_changed |= totals.replace(old, truth(some, metrics))
    return authors.refresh(span) or is_changed


def truth(span: Run, metrics: Sequence[Metric], using: str = DEFAULT_DB_ALIAS) -> Counter[Total]:
    found: Counter[Total] = Counter()
    for metric in metrics:
        found.update(metric.totals([span], using=using))
    return found


def parts_by_metrics(span: Run) -> Iterator[tuple[list[Metric], Run]]:
    """The days with the metrics that can still be computed for them."""
    first, last = span
    lasting = [metric for metric in METRICS.values() if metric.kept_days is None]
    yield lasting, span
    for metric in METRICS.values():
        if metric.kept_days is not None:
            oldest = max(first, metric.sure_from)
            if oldest <= last:
                yield [metric], (oldest, last)


def reopen(first: date | None) -> None:
    """Have every day from this one on, or every day at all, computed again."""
    with turn():
        until = state.closed_until()
        if first is None:
            state.close(None)
        elif until and first <= until:
            state.close(first - DAY)
