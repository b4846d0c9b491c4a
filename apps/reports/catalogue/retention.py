"""Of those who joined in a month, how many still write in the months after."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.db.models.functions import TruncMonth
from django.utils import timezone

from apps.backoffice.rows import MONTHS
from apps.reports.charts import Heat
from apps.reports.daily import by_day, daily, within
from apps.reports.links import ListLink
from apps.reports.models import WROTE, AuthorDay
from apps.reports.periods import DAY, Granularity, Period, month_number, next_start
from apps.reports.question import Question
from apps.reports.report import PEOPLE, Report, Table, column, register
from apps.reports.rollups.days import day_of, month_of, portions
from apps.reports.rollups.metrics.people import COHORT, SIGNED_UP
from apps.reports.units import PERCENT, TEXT
from apps.users.models import User

# So many months after the one in which they joined.
FOLLOWED = 12
DAYS = {"created_at_from": "first", "created_at_to": "last"}
JOINED = ListLink("users.user", fields=DAYS)
MADE = "Accounts made in that month. Those in the trash do not count."
IN_MONTH = "Of these, who wrote a post or a comment in the month that came so many months later."


@dataclass(frozen=True, slots=True)
class CohortRow:
    joined: str = column("Joined in", unit=TEXT)
    later: str = column("Months later", unit=TEXT)
    people: int = column("Joined", MADE, link=JOINED)
    active: int = column("Active", IN_MONTH)
    share: float = column("Share", "Of those who joined.", PERCENT)
    first: date
    last: date


def rows(question: Question) -> list[CohortRow]:
    """A row for each month that a cohort has lived through; the newest cohort first."""
    joined = daily(SIGNED_UP, of_whole_months(question))
    active = actives(question)
    found = []
    for cohort in reversed(joined.period.buckets(Granularity.MONTH)):
        people = joined.over(cohort)
        for later, month in enumerate(lived(cohort.start) if people else ()):
            number = active[cohort.start, month]
            name = f"{MONTHS[cohort.start.month]} {cohort.start.year}"
            figures = (people, number, number / people)
            found.append(CohortRow(name, f"+{later}", *figures, cohort.start, cohort.last))
    return found


def of_whole_months(question: Question) -> Question:
    start = month_of(question.period.start)
    end = next_start(question.period.last, Granularity.MONTH)
    return replace(question, period=Period(start, end))


def actives(question: Question) -> Counter[tuple[date, date]]:
    """How many of a cohort wrote in a month, by the first days of both; as of those who joined, who
    is in the trash does not count.
    """
    months = of_whole_months(question).period
    until = max(months.end, timezone.localdate() + DAY)
    counted = by_day(COHORT, replace(question, period=Period(months.start, until)), "month")
    found = {(date.fromisoformat(joined), month): number for month, joined, number in counted}
    return Counter(found) - Counter(trashed(months, question.using))


def trashed(months: Period, using: str) -> Iterator[tuple[date, date]]:
    """The cohort of each in the trash, and a month in which he wrote: the totals have him, since
    the days on which he wrote are not computed again when he goes.
    """
    people = within(User.objects.using(using).trashed(), "created_at", months)
    cohorts = {pk: month_of(day_of(at)) for pk, at in people.values_list("pk", "created_at")}
    for some in portions(list(cohorts)):
        wrote = AuthorDay.objects.using(using).filter(WROTE, author__in=some)
        for author, month in wrote.values_list("author", TruncMonth("day")).distinct():
            yield cohorts[author], month


def lived(cohort: date) -> Iterator[date]:
    """The months from the one in which they joined to this one."""
    month, today = cohort, timezone.localdate()
    while month <= today and month_number(month) - month_number(cohort) <= FOLLOWED:
        yield month
        month = next_start(month, Granularity.MONTH)


COHORTS = Table(
    "Who joined and still writes",
    CohortRow,
    rows,
    Heat("joined", "later", "share"),
    note="by whole months; the current one as far as it has come",
    empty="Nobody joined in this period.",
)
register(
    Report(
        slug="retention",
        title="Retention",
        summary="Of those who joined in a month, how many write in the months after.",
        group=PEOPLE,
        default_days=364,
        tables=[COHORTS],
    )
)
