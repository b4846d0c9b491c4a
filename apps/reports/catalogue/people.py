"""Who joins, who begins to write, and how those who joined stand today."""

from dataclasses import dataclass, replace

from django.utils import timezone

from apps.reports.charts import Bars, Lines
from apps.reports.daily import by_key, daily_all
from apps.reports.filters import RegionFilters
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Report, RowOf, Series, Table, column, register
from apps.reports.rollups.metrics.people import NEW_CONTRIBUTORS, SIGNED_UP
from apps.reports.sql import rows_of
from apps.reports.units import TEXT

JOINED = ListLink("users.user", dates="created_at", filters=("region",))
SWITCHED_OFF = ListLink(
    "users.user", dates="created_at", fields={"is_active": "active"}, filters=("region",)
)
VERIFIED_ONES = replace(SWITCHED_OFF, params={"email_verified": "yes"})
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
    verified: int = column("Address verified", VERIFIED, link=VERIFIED_ONES)


def rows(question: Question) -> RowOf[PeopleRow]:
    region = question.filters.get("region")
    by, key = ("region", region) if region else ("", "")
    found = daily_all([SIGNED_UP, NEW_CONTRIBUTORS], question, by)
    return lambda days: PeopleRow(days, *(one.over(days, key) for one in found))


def standings(question: Question) -> list[StandingRow]:
    """Of those who joined in the period, by the totals of its days; who is suspended ends by the
    clock and is looked up.
    """
    active, off = by_totals(question)
    if not any((*active, *off)):
        return []
    suspended = now_suspended(question)
    # A day that is still to be counted may have more who are suspended than it has people.
    some = (suspended.people, suspended.verified)
    neither = (max(all_ - few, 0) for all_, few in zip(active, some, strict=True))
    return [
        StandingRow("Active", None, *neither),
        suspended,
        StandingRow("Switched off", "no", *off),
    ]


def by_totals(question: Question) -> list[tuple[int, int]]:
    """How many are active and how many of these are verified; the same of those who are not."""
    region = question.filters.get("region")
    by, ending = ("standing region", f" {region}") if region else ("standing", "")
    counted = by_key(SIGNED_UP, question, by)
    found = []
    for name in ("active", "inactive"):
        verified = counted[f"{name} verified{ending}"]
        found.append((verified + counted[f"{name} unverified{ending}"], verified))
    return found


def now_suspended(question: Question) -> StandingRow:
    """Few are, whatever the period: all the rest is asked of these, so that no database begins with
    an index on something else.
    """
    start, end = question.period.moments
    params = {"start": start, "end": end, "region": None, **question.filters}
    [row] = rows_of(StandingRow, "suspended", params | {"now": timezone.now()}, question.using)
    return row


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
        place=3,
        in_sidebar=True,
        filters=RegionFilters,
        tables=[SIGNUPS, STANDINGS],
    )
)
