"""The stored numbers: read as a whole, written where they differ."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db import DEFAULT_DB_ALIAS
from django.db.models.functions import Now

from apps.reports.models import DailyTotal
from apps.reports.rollups.days import Run, portions
from apps.reports.rollups.metric import Total


def stored(span: Run, metrics: Collection[str], using: str = DEFAULT_DB_ALIAS) -> dict[Total, int]:
    rows = DailyTotal.objects.using(using).filter(day__range=span, metric__in=metrics)
    return {
        Total(*place): value
        for *place, value in rows.values_list("day", "metric", "dimension", "key", "value")
    }


def replace(old: Mapping[Total, int], new: Mapping[Total, int]) -> bool:
    """Whether they differ."""
    other = {total: value for total, value in new.items() if old.get(total) != value}
    gone = [total for total in old if total not in new]
    write(other)
    remove(gone)
    return bool(other or gone)


def move(deltas: Counter[Total]) -> bool:
    """Add to numbers what they changed by; whether they did."""
    steps = {total: step for total, step in deltas.items() if step}
    old: dict[Total, int] = {}
    for metric in {total.metric for total in steps}:
        days = [total.day for total in steps if total.metric == metric]
        old |= stored((min(days), max(days)), [metric])
    new = {total: old.get(total, 0) + step for total, step in steps.items()}
    write({total: value for total, value in new.items() if value})
    remove(total for total, value in new.items() if not value)
    return bool(steps)


def write(numbers: Mapping[Total, int]) -> None:
    DailyTotal.objects.bulk_create(
        [
            DailyTotal(**total._asdict(), value=value, computed_at=Now())
            for total, value in numbers.items()
        ],
        update_conflicts=True,
        unique_fields=["day", "metric", "dimension", "key"],
        update_fields=["value", "computed_at"],
        batch_size=2_000,
    )


def remove(totals: Iterable[Total]) -> None:
    by_group: dict[tuple, list[str]] = defaultdict(list)
    for total in totals:
        by_group[total[:3]].append(total.key)
    for (day, metric, dimension), keys in by_group.items():
        for some in portions(keys):
            rows = DailyTotal.objects.filter(day=day, metric=metric, dimension=dimension)
            rows.filter(key__in=some).delete()
