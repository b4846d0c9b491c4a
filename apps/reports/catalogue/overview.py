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
    Report,
    ReportLink,
    RowOf,
    Series,
    Table,
    column,
    register,
)
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, SIGNED_UP
from apps.reports.rollups.metrics.posts import CREATED, PUBLISHED
from apps.reports.units import AVERAGE, COUNT, DURATION, MOMENT, capped_at

# In the order of the row's fields.
SHOWN = (PUBLISHED, CREATED, RECEIVED, SIGNED_UP, ACTIVE)
CAPPED = capped_at(counts.EXACT)
LATE = "Scheduled posts that should have come out more than 5 minutes ago."
WROTE = "People who wrote a post or a comment that day; of more days, on the average day."
IN_REVIEW = ListLink("posts.post", params={"status": "review"})
PENDING = ListLink("posts.comment", params={"status": "pending"})


def card(label: str, slug: str, definition: str, unit=COUNT) -> Any:
    return column(label, definition, unit, HIGHER, headline=True, link=ReportLink(slug))


@dataclass(frozen=True, slots=True)
class OverviewRow:
    period: Period
    published: int = card("Published", "content", "Posts and pages published that still are.")
    drafted: int = card("Drafted", "pipeline", "Posts made. Those in the trash do not count.")
    comments: int = card("Comments", "comments", "Comments written, whatever became of them.")
    signups: int = card("Sign-ups", "people", "Accounts made. Those in the trash do not count.")
    active: float = card("Active people a day", "engagement", WROTE, AVERAGE)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    at: datetime = column("At", unit=MOMENT)
    in_review: int = column("In review", "Posts that wait for an editor.", CAPPED, link=IN_REVIEW)
    longest: float | None = column("Longest", "Since the first of them was submitted.", DURATION)
    missed: int = column("Missed schedules", LATE, CAPPED, link=ReportLink("calendar"))
    pending: int = column(
        "Pending comments", "Comments that wait for a moderator.", CAPPED, link=PENDING
    )


def rows(question: Question) -> RowOf[OverviewRow]:
    *shown, active = daily_all(SHOWN, question)
    return lambda days: OverviewRow(
        days, *(one.over(days) for one in shown), active.over(days) / days.length
    )


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


WAITING = Table(
    "Waiting now",
    WaitingRow,
    waiting,
    name="waiting",
    note="whatever the period",
    empty="No post waits for review, none is late, and no comment waits for a decision.",
)
register(
    Report(
        slug="overview",
        title="Overview",
        summary="The figures of every day, each leading to its report, and what waits now.",
        group=PUBLISHING,
        in_sidebar=True,
        place=1,
        tables=[Series("By day", OverviewRow, rows), WAITING],
    )
)
