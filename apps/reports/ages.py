"""How old what stands in a table is, from its totals by day."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from apps.reports.daily import daily
from apps.reports.periods import DAY, Period
from apps.reports.question import Question
from apps.reports.rollups.metric import Metric

Ages = Sequence[tuple[int, str]]
"""From so many days ago on, up to the next; and what that is called."""


def by_age(
    ages: Ages,
    oldest: datetime | None,
    metric: Metric,
    question: Question,
    dimension: str = "",
    key: str | None = None,
) -> list[tuple[str, date, date, int, float]]:
    """Of each age, whatever the period: its name, its first and last day, how many, which share.

    `oldest` is the moment of the first that there is; None if there is none.
    """
    if oldest is None:
        return []
    today = timezone.localdate()
    ever = Period(min(timezone.localdate(oldest), today), today + DAY)
    found = daily(metric, replace(question, period=ever), dimension)
    counted = [(name, span, found.over(span, key)) for name, span in spans(ages, ever)]
    whole = sum(number for *_, number in counted) or 1
    return [(name, span.start, span.last, number, number / whole) for name, span, number in counted]


def spans(ages: Ages, ever: Period) -> Iterator[tuple[str, Period]]:
    """Each age's name and its days, as far as there are any."""
    ends = [ever.end - timedelta(days=days) for days, _ in ages]
    for (_, name), end, start in zip(ages, ends, [*ends[1:], ever.start], strict=True):
        if ever.start < end:
            yield name, Period(max(start, ever.start), end)
