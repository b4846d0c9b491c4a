"""How many people take part: on a day, in a week, in a month."""

from dataclasses import dataclass
from typing import Any

from apps.reports.charts import Lines
from apps.reports.daily import Daily, daily
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Column, Report, Table, register
from apps.reports.rollups.days import month_of, week_of
from apps.reports.rollups.metrics.people import ACTIVE
from apps.reports.rollups.reading import several
from apps.reports.units import AVERAGE, PERCENT, PERIOD

NAMES = ("daily", "weekly", "monthly", "share")
PERIODS = {"week": week_of, "month": month_of}


@dataclass(frozen=True, slots=True)
class EngagementRow:
    period: Period
    daily: float
    weekly: float
    monthly: float
    share: float | None


def rows(question: Question) -> list[EngagementRow]:
    active = known(question)
    return [EngagementRow(bucket, *means(active, bucket)) for bucket in question.buckets]


def totals(question: Question) -> dict[str, Any]:
    """Over all days of the period."""
    return dict(zip(NAMES, means(known(question), question.period), strict=True))


def known(question: Question) -> list[Daily]:
    """Of each day: how many were active on it, in its week, in its month."""
    if ACTIVE not in question.was_read:
        found = [daily(ACTIVE, question), *(spread(question, name) for name in PERIODS)]
        question.was_read[ACTIVE] = found
    return question.was_read[ACTIVE]


def spread(question: Question, name: str) -> Daily:
    """For each day the number of the week, or month, that it is a day of."""
    period_of, period = PERIODS[name], question.period
    start = period_of(period.start)
    # They stand under the first day of their week or month, as the last refresh left them.
    [kept] = several([ACTIVE], name, start, period.end, question.freshness, question.using)
    of = {one.day: one.value for one in kept}
    return Daily(period, ((day, "", of.get(period_of(day), 0)) for day in period.days()))


def means(active: list[Daily], bucket: Period) -> list[float | None]:
    found = [one.over(bucket) / bucket.length for one in active]
    return [*found, found[0] / found[-1] if found[-1] else None]


register(
    Report(
        slug="engagement",
        title="Engagement",
        summary="How many people write, on a day, in a week and in a month.",
        group=PEOPLE,
        tables=[
            Table(
                title="Active people",
                note="weeks and months are whole ones; the current ones as far as they have come",
                row=EngagementRow,
                rows=rows,
                totals=totals,
                chart=Lines(["daily", "weekly", "monthly"]),
                columns=[
                    Column("period", "Day", unit=PERIOD),
                    Column(
                        "daily",
                        "Daily",
                        "People who wrote a post or a comment that day; of several days the mean.",
                        AVERAGE,
                        HIGHER,
                        headline=True,
                    ),
                    Column(
                        "weekly",
                        "Weekly",
                        "People who did so in the week, Monday to Sunday, that the day belongs to; "
                        "of several days the mean.",
                        AVERAGE,
                        HIGHER,
                        headline=True,
                    ),
                    Column(
                        "monthly",
                        "Monthly",
                        "People who did so in the month that the day belongs to; of several days "
                        "the mean.",
                        AVERAGE,
                        HIGHER,
                        headline=True,
                    ),
                    Column(
                        "share",
                        "Daily of monthly",
                        "How many of the month’s people write on a day.",
                        PERCENT,
                        HIGHER,
                        headline=True,
                    ),
                ],
            )
        ],
    )
)
