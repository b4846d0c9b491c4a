"""Who joins, who begins to write, and how those who joined stand today."""

from dataclasses import dataclass

from django import forms
from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from apps.posts.models import Comment, Post
from apps.reports.charts import Bars, Lines
from apps.reports.daily import Counted, Metric, daily, per_day, within
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Column, Report, Table, register
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


def count_signups(period: Period, using: str) -> Counted:
    return per_day(
        within(User.objects.using(using).live(), "created_at", period), "created_at", "region"
    )


def count_contributors(period: Period, using: str) -> Counted:
    """By the day of their first post or comment.

    Two steps in an index for each person who wrote in the period, however much there is.
    """
    posts, comments = Post.objects.using(using).live(), Comment.objects.using(using).live()
    wrote = (
        within(posts, "created_at", period)
        .values("author")
        .union(within(comments, "created_at", period).filter(author__isnull=False).values("author"))
    )
    found = (
        User.objects.using(using)
        .filter(pk__in=wrote)
        .annotate(first_post=first_of(posts), first_comment=first_of(comments))
    )
    zone = timezone.get_default_timezone()
    counted: dict[tuple, int] = {}
    for region, *firsts in found.values_list("region", "first_post", "first_comment"):
        day = min(first for first in firsts if first).astimezone(zone).date()
        if day in period:
            counted[day, region] = counted.get((day, region), 0) + 1
    return [(*place, number) for place, number in counted.items()]


def first_of(written) -> Subquery:
    own = written.filter(author=OuterRef("pk")).order_by("created_at", "id")
    return Subquery(own.values("created_at")[:1])


SIGNUPS = Metric("signups", count_signups, dimension="region")
CONTRIBUTORS = Metric("new_contributors", count_contributors, dimension="region")


def rows(question: Question) -> list[PeopleRow]:
    region = question.filters.get("region")
    signups, contributors = daily(SIGNUPS, question), daily(CONTRIBUTORS, question)
    return [
        PeopleRow(bucket, signups.over(bucket, region), contributors.over(bucket, region))
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
    by = joined.order_by().values_list(standing).annotate(people=Count("pk"))
    found = dict(by)
    return (
        [
            StandingRow("Active", None, found.get("Active", 0)),
            StandingRow("Suspended", None, found.get("Suspended", 0)),
            StandingRow("Switched off", "no", found.get("Switched off", 0)),
        ]
        if found
        else []
    )


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
                ],
            ),
        ],
    )
)
