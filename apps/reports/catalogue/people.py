"""Who joins, who begins to write, and how those who joined stand today."""

from dataclasses import dataclass

from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone

from apps.reports.charts import Bars, Lines
from apps.reports.daily import daily_all, within
from apps.reports.filters import RegionFilters
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Report, RowOf, Series, Table, column, register
from apps.reports.rollups.metrics.people import NEW_CONTRIBUTORS, SIGNED_UP
from apps.reports.units import TEXT
from apps.users.models import User

JOINED = ListLink("users.user", dates="created_at", filters=("region",))
SWITCHED_OFF = ListLink(
    "users.user", dates="created_at", fields={"is_active": "active"}, filters=("region",)
)
MADE = "Accounts made that day. Those in the trash do not count."
FIRST = "People whose first post or comment is of that day, whenever they joined."
VERIFIED = "Of these, whose e-mail address somebody has found to be their own."
STANDING = "Of those who joined in the period: suspended at this moment, switched off, or neither."


@dataclass(frozen=True, slots=True)
class PeopleRow:
    period: Period
    signups: int = column("Sign-ups", MADE, better=HIGHER, headline=True, link=JOINED)
    contributors: int = column("New contributors", FIRST, better=HIGHER, headline=True)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """`active` is the list's filter."""

    standing: str = column("Standing", unit=TEXT)
    active: str | None
    people: int = column("People", STANDING, link=SWITCHED_OFF)
    verified: int = column("Address verified", VERIFIED)


def rows(question: Question) -> RowOf[PeopleRow]:
    region = question.filters.get("region")
    by, key = ("region", region) if region else ("", "")
    found = daily_all([SIGNED_UP, NEW_CONTRIBUTORS], question, by)
    return lambda days: PeopleRow(days, *(one.over(days, key) for one in found))


def standings(question: Question) -> list[StandingRow]:
    """Of those who joined in the period; it changes by the clock, so it is not a day's total."""
    joined = within(User.objects.using(question.using).live(), "created_at", question.period)
    if region := question.filters.get("region"):
        joined = joined.filter(region=region)
    standing = Case(
        When(is_active=False, then=Value("Switched off")),
        When(Q(suspended_until__gt=timezone.now()), then=Value("Suspended")),
        default=Value("Active"),
    )
    verified = Count("pk", filter=Q(email_verified=True))
    by = joined.order_by().values_list(standing).annotate(people=Count("pk"), verified=verified)
    found = {name: numbers for name, *numbers in by}
    if not found:
        return []
    shown = {"Active": None, "Suspended": None, "Switched off": "no"}
    return [StandingRow(name, active, *found.get(name, (0, 0))) for name, active in shown.items()]


SIGNUPS = Series(
    "Sign-ups and new contributors", PeopleRow, rows, Lines(["signups", "contributors"])
)
STANDINGS = Table(
    "Who joined, as they stand today",
    StandingRow,
    standings,
    Bars("standing", "people"),
    name="standing",
    empty="Nobody joined in this period.",
)
register(
    Report(
        slug="people",
        title="People",
        summary="Sign-ups, new contributors, and how those who joined stand today.",
        group=PEOPLE,
        in_sidebar=True,
        filters=RegionFilters,
        tables=[SIGNUPS, STANDINGS],
    )
)
