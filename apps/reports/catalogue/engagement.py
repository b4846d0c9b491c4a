"""How many people take part: on a day, in a week, in a month."""

from dataclasses import dataclass

from apps.reports.charts import Lines
from apps.reports.daily import daily, daily_of_whole
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Report, RowOf, Series, column, register
from apps.reports.rollups.metrics.people import ACTIVE
from apps.reports.units import AVERAGE, PERCENT

ON_A_DAY = "People who wrote a post or a comment that day; of several days the mean."
IN_THE_WEEK = (
    "People who did so in the week, Monday to Sunday, that the day belongs to; of several days the "
    "mean."
)
IN_THE_MONTH = "People who did so in the month that the day belongs to; of several days the mean."
OF_MONTHLY = "How many of the month’s people write on a day."


@dataclass(frozen=True, slots=True)
class EngagementRow:
    period: Period
    daily: float = column("Daily", ON_A_DAY, AVERAGE, HIGHER, headline=True)
    weekly: float = column("Weekly", IN_THE_WEEK, AVERAGE, HIGHER, headline=True)
    monthly: float = column("Monthly", IN_THE_MONTH, AVERAGE, HIGHER, headline=True)
    share: float | None = column("Daily of monthly", OF_MONTHLY, PERCENT, HIGHER, headline=True)


def rows(question: Question) -> RowOf[EngagementRow]:
    whole = (daily_of_whole(ACTIVE, question, kind) for kind in ("week", "month"))
    active = [daily(ACTIVE, question), *whole]

    def row(days: Period) -> EngagementRow:
        means = [one.over(days) / days.length for one in active]
        return EngagementRow(days, *means, means[0] / means[-1] if means[-1] else None)

    return row


CHART = Lines(["daily", "weekly", "monthly"])
NOTE = "weeks and months are whole ones; the current ones as far as they have come"
register(
    Report(
        slug="engagement",
        title="Engagement",
        summary="How many people write, on a day, in a week and in a month.",
        group=PEOPLE,
        tables=[Series("Active people", EngagementRow, rows, CHART, note=NOTE)],
    )
)
