"""What waits for a moderator, and how long comments wait."""

from dataclasses import dataclass
from datetime import date

from apps.posts.models import Comment
from apps.reports import columns
from apps.reports.ages import by_age
from apps.reports.charts import Bars, Lines
from apps.reports.daily import daily, took
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import (
    CONVERSATION,
    LOWER,
    Report,
    RowOf,
    Series,
    Table,
    column,
    register,
)
from apps.reports.rollups.metrics.comments import RECEIVED, TO_HANDLE
from apps.reports.units import ABOUT, TEXT

AGES = (
    (0, "Today"),
    (1, "Yesterday"),
    (2, "2 to 6 days"),
    (7, "1 to 4 weeks"),
    (28, "Over 4 weeks"),
)
PENDING = {"status": "pending"}
STILL = ListLink("posts.comment", dates="created_at", params=PENDING)
DAYS = {"created_at_from": "first", "created_at_to": "last"}
OF_AGE = ListLink("posts.comment", params=PENDING, fields=DAYS)
JUDGED = "Of these, approved, removed or marked as spam by somebody."
HALF = (
    "Half of those judged waited less for the decision that stands; reckoned from counts per "
    "length of time."
)


@dataclass(frozen=True, slots=True)
class HandledRow:
    period: Period
    received: int = columns.comments("Written")
    waiting: int = column(
        "Still waiting", "Of these, not judged yet.", better=LOWER, headline=True, link=STILL
    )
    handled: int = column("Judged", JUDGED)
    to_handle: float | None = column("Time to handle", HALF, ABOUT, LOWER, headline=True)


@dataclass(frozen=True, slots=True)
class BacklogRow:
    age: str = column("Written", unit=TEXT)
    first: date
    last: date
    waiting: int = column("Waiting", "Comments not judged yet.", better=LOWER, link=OF_AGE)
    share: float = columns.share("all that wait")


def rows(question: Question) -> RowOf[HandledRow]:
    received, times = daily(RECEIVED, question, "status"), took(TO_HANDLE, question)
    return lambda days: HandledRow(
        days,
        received.over(days),
        received.over(days, "pending"),
        times.over(days),
        times.median(days),
    )


def backlog(question: Question) -> list[BacklogRow]:
    """What waits now, whatever the period; days that have passed are kept totals."""
    pending = Comment.objects.using(question.using).pending()
    oldest = pending.values_list("created_at", flat=True).first()
    return [
        BacklogRow(*one) for one in by_age(AGES, oldest, RECEIVED, question, "status", "pending")
    ]


HANDLED = Series("Comments by the day they were written", HandledRow, rows, Lines(["to_handle"]))
BACKLOG = Table(
    "What waits now",
    BacklogRow,
    backlog,
    Bars("age", "waiting"),
    name="backlog",
    note="whatever the period",
    empty="No comment waits.",
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
