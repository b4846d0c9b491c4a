"""Who joins, who begins to write, and how those who joined stand today."""

from dataclasses import dataclass

from django import forms
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone

from apps.reports.charts import Bars, Lines
from apps.reports.daily import daily_all, within
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Column, Report, Table, register
from apps.reports.rollups.metrics.people import NEW_CONTRIBUTORS, SIGNED_UP
from apps.reports.units import PERIOD, TEXT
from apps.users.admin.columns import known_regions
from apps.users.models import User


class PeopleFilters(forms.Form):
    region = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "All"), *((region, region) for region in known_regions())],
    )


@dataclass(frozen=True, slots=True)
class PeopleRow:
    period: Period
    signups: int
    contributors: int


@dataclass(frozen=True, slots=True)
class StandingRow:
    standing: str
    active: str | None
    people: int
    verified: int


def rows(question: Question) -> list[PeopleRow]:
    region = question.filters.get("region")
    by, key = ("region", region) if region else ("", "")
    signups, contributors = daily_all([SIGNED_UP, NEW_CONTRIBUTORS], question, by)
    return [
        PeopleRow(bucket, signups.over(bucket, key), contributors.over(bucket, key))
        for bucket in question.buckets
    ]


def standings(question: Question) -> list[StandingRow]:
    """Of those who joined in the period; it changes by the clock, so it is not a day's total."""
    joined = within(User.objects.using(question.using).live(), "created_at", question.period)
    if region := question.filters.get("region"):
        joined = joined.filter(region=region)
    suspended = Q(suspended_until__gt=timezone.now())
    standing = Case(
        When(is_active=False, then=Value("Switched off")),
        When(suspended, then=Value("Suspended")),
        default=Value("Active"),
    )
    counted = (
        joined.order_by()
        .values_list(standing)
        .annotate(people=Count("pk"), verified=Count("pk", filter=Q(email_verified=True)))
    )
    found = {name: numbers for name, *numbers in counted}
    if not found:
        return []
    shown = {"Active": None, "Suspended": None, "Switched off": "no"}
    return [StandingRow(name, active, *found.get(name, (0, 0))) for name, active in shown.items()]


JOINED = ListLink("users.user", dates="created_at", filters=("region",))
SWITCHED_OFF = ListLink(
    "users.user", dates="created_at", fields={"is_active": "active"}, filters=("region",)
)

register(
    Report(
        slug="people",
        title="People",
        summary="Sign-ups, new contributors, and how those who joined stand today.",
        group=PEOPLE,
        in_sidebar=True,
        filters=PeopleFilters,
        tables=[
            Table(
                title="Sign-ups and new contributors",
                row=PeopleRow,
                rows=rows,
                chart=Lines(["signups", "contributors"]),
                columns=[
                    Column("period", "Joined", unit=PERIOD),
                    Column(
                        "signups",
                        "Sign-ups",
                        "Accounts made that day. Those in the trash do not count.",
                        better=HIGHER,
                        headline=True,
                        link=JOINED,
                    ),
                    Column(
                        "contributors",
                        "New contributors",
                        "People whose first post or comment is of that day, whenever they joined.",
                        better=HIGHER,
                        headline=True,
                    ),
                ],
            ),
            Table(
                name="standing",
                title="Who joined, as they stand today",
                row=StandingRow,
                rows=standings,
                chart=Bars("standing", "people"),
                empty="Nobody joined in this period.",
                columns=[
                    Column("standing", "Standing", unit=TEXT),
                    Column(
                        "people",
                        "People",
                        "Of those who joined in the period: suspended at this moment, switched "
                        "off, or neither.",
                        link=SWITCHED_OFF,
                    ),
                    Column(
                        "verified",
                        "Address verified",
                        "Of these, whose e-mail address somebody has found to be their own.",
                    ),
                ],
            ),
        ],
    )
)
