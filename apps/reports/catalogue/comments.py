"""What readers say: how much, when, and how soon after a post is out."""

from dataclasses import dataclass
from typing import Any

from apps.posts.models import Comment
from apps.reports.charts import Heat, Lines, Stacked
from apps.reports.daily import Daily, by_day, daily
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import CONVERSATION, HIGHER, LOWER, Column, Report, Table, register
from apps.reports.rollups.durations import median
from apps.reports.rollups.metric import TOOK
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.posts import TO_FIRST_COMMENT
from apps.reports.units import ABOUT, PERIOD, TEXT, WEEKDAYS

STATUSES = {
    "pending": "Not judged yet.",
    "approved": "To be read below their post.",
    "spam": "Marked as spam.",
    "removed": "Taken off by a moderator.",
}


@dataclass(frozen=True, slots=True)
class CommentsRow:
    period: Period
    received: int
    pending: int
    approved: int
    spam: int
    removed: int


@dataclass(frozen=True, slots=True)
class HourRow:
    weekday: str
    hour: str
    comments: int


@dataclass(frozen=True, slots=True)
class FirstRow:
    period: Period
    discussed: int
    to_first: float | None


def rows(question: Question) -> list[CommentsRow]:
    received = daily(RECEIVED, question, "status")
    return [
        CommentsRow(
            bucket, received.over(bucket), *(received.over(bucket, status) for status in STATUSES)
        )
        for bucket in question.buckets
    ]


def hours(question: Question) -> list[HourRow]:
    """A row for each hour of the week; none if nothing was written."""
    found = [[0] * 24 for _ in WEEKDAYS]
    for day, hour, number in by_day(RECEIVED, question, "hour"):
        found[day.weekday()][int(hour)] += number
    return [
        HourRow(day, f"{hour:02}:00", number)
        for day, of_day in zip(WEEKDAYS, found, strict=True)
        for hour, number in enumerate(of_day)
        if any(map(any, found))
    ]


def firsts(question: Question) -> list[FirstRow]:
    took = daily(TO_FIRST_COMMENT, question, TOOK)
    return [
        FirstRow(bucket, took.over(bucket), middle(took, bucket)) for bucket in question.buckets
    ]


def middle(took: Daily, period: Period) -> float | None:
    return median(took.by_key(period))


def first_totals(question: Question) -> dict[str, Any]:
    """The median of all: medians do not add up."""
    return {"to_first": middle(daily(TO_FIRST_COMMENT, question, TOOK), question.period)}


def received_as(status: str = "") -> ListLink:
    return ListLink(
        "posts.comment", dates="created_at", params={"status": status} if status else {}
    )


COLUMNS = [
    Column("period", "Day", unit=PERIOD),
    Column(
        "received",
        "Received",
        "Comments written that day. Those in the trash do not count.",
        better=HIGHER,
        headline=True,
        link=received_as(),
    ),
    *(
        Column(
            status, Comment.Status(status).label, f"Of these: {meaning}", link=received_as(status)
        )
        for status, meaning in STATUSES.items()
    ),
]
HOURS = Table(
    name="hours",
    title="When comments are written",
    row=HourRow,
    rows=hours,
    chart=Heat("weekday", "hour", "comments"),
    columns=[
        Column("weekday", "Day of the week", unit=TEXT),
        Column("hour", "From", unit=TEXT),
        Column("comments", "Comments", "Written in that hour of that day of the week."),
    ],
)
FIRSTS = Table(
    name="first",
    title="Time to the first comment",
    row=FirstRow,
    rows=firsts,
    totals=first_totals,
    chart=Lines(["to_first"]),
    empty="No post of this period has a comment.",
    columns=[
        Column("period", "Published", unit=PERIOD),
        Column("discussed", "Discussed posts", "Posts published that day that have a comment."),
        Column(
            "to_first",
            "To first comment",
            "In half of these posts the first approved comment came sooner after publication; "
            "reckoned from counts per length of time.",
            ABOUT,
            LOWER,
            headline=True,
        ),
    ],
)

register(
    Report(
        slug="comments",
        title="Comments",
        summary="What readers say: how much, in which hours, and how soon.",
        group=CONVERSATION,
        in_sidebar=True,
        tables=[
            Table(
                title="Comments",
                row=CommentsRow,
                rows=rows,
                chart=Stacked(["approved", "pending", "spam", "removed"]),
                columns=COLUMNS,
            ),
            FIRSTS,
            HOURS,
        ],
    )
)
