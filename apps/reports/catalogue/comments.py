"""What readers say: how much, when, and how soon after a post is out."""

from dataclasses import dataclass
from typing import Any

from apps.posts.models import Comment
from apps.reports import columns
from apps.reports.charts import Heat, Lines, Stacked
from apps.reports.daily import by_weekday, daily, took
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import (
    CONVERSATION,
    HIGHER,
    LOWER,
    Report,
    RowOf,
    Series,
    Table,
    column,
    register,
)
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.posts import TO_FIRST_COMMENT
from apps.reports.units import ABOUT, TEXT, WEEKDAYS

STATUSES = ("pending", "approved", "spam", "removed")
SOONER = (
    "In half of these posts the first approved comment came sooner after publication; reckoned "
    "from counts per length of time."
)


def judged(status: str, meaning: str) -> Any:
    link = ListLink("posts.comment", dates="created_at", params={"status": status})
    return column(Comment.Status(status).label, f"Of these: {meaning}", link=link)


@dataclass(frozen=True, slots=True)
class CommentsRow:
    period: Period
    received: int = columns.comments("Comments received", better=HIGHER, headline=True)
    pending: int = judged("pending", "Not judged yet.")
    approved: int = judged("approved", "To be read below their post.")
    spam: int = judged("spam", "Marked as spam.")
    removed: int = judged("removed", "Taken off by a moderator.")


@dataclass(frozen=True, slots=True)
class FirstRow:
    period: Period
    discussed: int = column("Discussed posts", "Posts published that day that have a comment.")
    to_first: float | None = column("To first comment", SOONER, ABOUT, LOWER, headline=True)


@dataclass(frozen=True, slots=True)
class HourRow:
    weekday: str = column("Day of the week", unit=TEXT)
    hour: str = column("From", unit=TEXT)
    comments: int = column("Comments", "Written in that hour of that day of the week.")


def rows(question: Question) -> RowOf[CommentsRow]:
    received = daily(RECEIVED, question, "status")
    return lambda days: CommentsRow(
        days, received.over(days), *(received.over(days, status) for status in STATUSES)
    )


def firsts(question: Question) -> RowOf[FirstRow]:
    times = took(TO_FIRST_COMMENT, question)
    return lambda days: FirstRow(days, times.over(days), times.median(days))


def hours(question: Question) -> list[HourRow]:
    """A row for each hour of the week; none if nothing was written."""
    found = by_weekday(RECEIVED, question, "hour")
    return [
        HourRow(day, f"{hour:02}:00", found[number, str(hour)])
        for number, day in enumerate(WEEKDAYS, 1)
        for hour in range(24)
        if found
    ]


CHART = Stacked(["approved", "pending", "spam", "removed"])
WHEN = Heat("weekday", "hour", "comments")
SILENT = "No post of this period has a comment."
register(
    Report(
        slug="comments",
        title="Comments",
        summary="What readers say: how much, in which hours, and how soon.",
        group=CONVERSATION,
        in_sidebar=True,
        tables=[
            Series("Comments", CommentsRow, rows, CHART),
            Series(
                "Time to the first comment",
                FirstRow,
                firsts,
                Lines(["to_first"]),
                name="first",
                empty=SILENT,
            ),
            Table("When comments are written", HourRow, hours, WHEN, name="hours"),
        ],
    )
)
