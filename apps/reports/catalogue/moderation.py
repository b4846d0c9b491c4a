"""What waits for a moderator, and how long comments wait."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from apps.posts.models import Comment
from apps.reports.charts import Bars, Lines
from apps.reports.daily import daily
from apps.reports.links import ListLink
from apps.reports.periods import DAY, Period
from apps.reports.question import Question
from apps.reports.report import CONVERSATION, LOWER, Column, Report, Table, register
from apps.reports.rollups.durations import median
from apps.reports.rollups.metric import TOOK
from apps.reports.rollups.metrics.comments import RECEIVED, TO_HANDLE
from apps.reports.units import ABOUT, PERCENT, PERIOD, TEXT

# From so many days ago on, up to the next.
AGES = (
    (0, "Today"),
    (1, "Yesterday"),
    (2, "2 to 6 days"),
    (7, "1 to 4 weeks"),
    (28, "Over 4 weeks"),
)


@dataclass(frozen=True, slots=True)
class HandledRow:
    period: Period
    received: int
    waiting: int
    handled: int
    to_handle: float | None


@dataclass(frozen=True, slots=True)
class BacklogRow:
    age: str
    first: date
    last: date
    waiting: int
    share: float


def rows(question: Question) -> list[HandledRow]:
    received, took = daily(RECEIVED, question, "status"), daily(TO_HANDLE, question, TOOK)
    return [
        HandledRow(
            bucket,
            received.over(bucket),
            received.over(bucket, "pending"),
            took.over(bucket),
            median(took.by_key(bucket)),
        )
        for bucket in question.buckets
    ]


def totals(question: Question) -> dict[str, Any]:
    """The median of all: medians do not add up."""
    took = daily(TO_HANDLE, question, TOOK)
    return {"to_handle": median(took.by_key(question.period))}


def backlog(question: Question) -> list[BacklogRow]:
    """What waits now, whatever the period; days that have passed are kept totals."""
    pending = Comment.objects.using(question.using).pending()
    oldest = pending.values_list("created_at", flat=True).first()
    if oldest is None:
        return []
    today = timezone.localdate()
    ever = Period(min(timezone.localdate(oldest), today), today + DAY)
    received = daily(RECEIVED, replace(question, period=ever), "status")
    spans = list(ages(ever))
    counted = [received.over(span, "pending") for _, span in spans]
    whole = sum(counted) or 1
    return [
        BacklogRow(name, span.start, span.last, number, number / whole)
        for (name, span), number in zip(spans, counted, strict=True)
    ]


def ages(ever: Period) -> Iterator[tuple[str, Period]]:
    """Each age's name and its days, as far back as something waits."""
    ends = [ever.end - timedelta(days=days) for days, _ in AGES]
    for (_, name), end, start in zip(AGES, ends, [*ends[1:], ever.start], strict=True):
        if ever.start < end:
            yield name, Period(max(start, ever.start), end)


RECEIVED_THEN = ListLink("posts.comment", dates="created_at")
WAITING = ListLink("posts.comment", dates="created_at", params={"status": "pending"})
OF_AGE = ListLink(
    "posts.comment",
    params={"status": "pending"},
    fields={"created_at_from": "first", "created_at_to": "last"},
)

HANDLED = Table(
    title="Comments by the day they were written",
    row=HandledRow,
    rows=rows,
    totals=totals,
    chart=Lines(["to_handle"]),
    columns=[
        Column("period", "Written", unit=PERIOD),
        Column(
            "received",
            "Written",
            "Comments written that day. Those in the trash do not count.",
            link=RECEIVED_THEN,
        ),
        Column(
            "waiting",
            "Still waiting",
            "Of these, not judged yet.",
            better=LOWER,
            headline=True,
            link=WAITING,
        ),
        Column("handled", "Judged", "Of these, approved, removed or marked as spam by somebody."),
        Column(
            "to_handle",
            "Time to handle",
            "Half of those judged waited less for the decision that stands; reckoned from counts "
            "per length of time.",
            ABOUT,
            LOWER,
            headline=True,
        ),
    ],
)
BACKLOG = Table(
    name="backlog",
    title="What waits now",
    note="whatever the period",
    row=BacklogRow,
    rows=backlog,
    chart=Bars("age", "waiting"),
    empty="No comment waits.",
    columns=[
        Column("age", "Written", unit=TEXT),
        Column("waiting", "Waiting", "Comments not judged yet.", better=LOWER, link=OF_AGE),
        Column("share", "Share", "Of all that wait.", PERCENT),
    ],
)

register(
    Report(
        slug="moderation",
        title="Moderation",
        summary="How long comments wait to be judged, and what waits now.",
        group=CONVERSATION,
        in_sidebar=True,
        tables=[HANDLED, BACKLOG],
    )
)
