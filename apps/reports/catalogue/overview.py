"""The figures of every day on one page, each leading to its report, and what waits now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.backoffice import counts
from apps.posts.actions.schedule import LATE_AFTER
from apps.posts.models import Comment, Post
from apps.reports.daily import daily_all
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import (
    HIGHER,
    PUBLISHING,
    Column,
    Report,
    ReportLink,
    Table,
    register,
)
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, SIGNED_UP
from apps.reports.rollups.metrics.posts import CREATED, PUBLISHED
from apps.reports.units import AVERAGE, DURATION, MOMENT, PERIOD, capped_at

# In the order of the row's fields.
SHOWN = (PUBLISHED, CREATED, RECEIVED, SIGNED_UP)
CAPPED = capped_at(counts.EXACT)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    period: Period
    published: int
    drafted: int
    comments: int
    signups: int
    active: float


@dataclass(frozen=True, slots=True)
class WaitingRow:
    at: datetime
    in_review: int
    longest: float | None
    missed: int
    pending: int


def rows(question: Question) -> list[OverviewRow]:
    *shown, active = daily_all([*SHOWN, ACTIVE], question)
    return [
        OverviewRow(
            bucket, *(one.over(bucket) for one in shown), active.over(bucket) / bucket.length
        )
        for bucket in question.buckets
    ]


def totals(question: Question) -> dict[str, Any]:
    *_, active = daily_all([*SHOWN, ACTIVE], question)
    return {"active": active.over(question.period) / question.period.length}


def waiting(question: Question) -> list[WaitingRow]:
    """Now, whatever the period."""
    posts = Post.objects.using(question.using)
    in_review, now = posts.in_review(), timezone.now()
    since = in_review.values_list("submitted_at", flat=True).first()
    row = WaitingRow(
        now,
        counts.capped(in_review),
        (now - since).total_seconds() if since else None,
        counts.capped(posts.due(LATE_AFTER)),
        counts.capped(Comment.objects.using(question.using).pending()),
    )
    return [row] if row.in_review or row.missed or row.pending else []


def card(name: str, label: str, slug: str, definition: str, **more) -> Column:
    return Column(
        name, label, definition, better=HIGHER, headline=True, link=ReportLink(slug), **more
    )


FIGURES = Table(
    title="By day",
    row=OverviewRow,
    rows=rows,
    totals=totals,
    columns=[
        Column("period", "Day", unit=PERIOD),
        card("published", "Published", "content", "Posts and pages published that still are."),
        card("drafted", "Drafted", "pipeline", "Posts made. Those in the trash do not count."),
        card("comments", "Comments", "comments", "Comments written, whatever became of them."),
        card("signups", "Sign-ups", "people", "Accounts made. Those in the trash do not count."),
        card(
            "active",
            "Active people a day",
            "engagement",
            "People who wrote a post or a comment that day; of more days, on the average day.",
            unit=AVERAGE,
        ),
    ],
)
WAITING = Table(
    name="waiting",
    title="Waiting now",
    note="whatever the period",
    row=WaitingRow,
    rows=waiting,
    empty="No post waits for review, none is late, and no comment waits for a decision.",
    columns=[
        Column("at", "At", unit=MOMENT),
        Column(
            "in_review",
            "In review",
            "Posts that wait for an editor.",
            CAPPED,
            link=ListLink("posts.post", params={"status": "review"}),
        ),
        Column("longest", "Longest", "Since the one was submitted that waits longest.", DURATION),
        Column(
            "missed",
            "Missed schedules",
            "Scheduled posts that should have come out more than 5 minutes ago.",
            CAPPED,
            link=ReportLink("calendar"),
        ),
        Column(
            "pending",
            "Pending comments",
            "Comments that wait for a moderator.",
            CAPPED,
            link=ListLink("posts.comment", params={"status": "pending"}),
        ),
    ],
)

register(
    Report(
        slug="overview",
        title="Overview",
        summary="The figures of every day, each leading to its report, and what waits now.",
        group=PUBLISHING,
        in_sidebar=True,
        place=1,
        tables=[FIGURES, WAITING],
    )
)
