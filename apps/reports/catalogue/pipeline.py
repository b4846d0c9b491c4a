"""How posts move from draft to archive, and how long it takes."""

from dataclasses import dataclass
from typing import Any

from apps.reports.charts import Lines
from apps.reports.daily import Daily, daily, daily_all
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, LOWER, PUBLISHING, Column, Report, Table, register
from apps.reports.rollups.durations import median
from apps.reports.rollups.metric import TOOK
from apps.reports.rollups.metrics import posts
from apps.reports.units import ABOUT, PERIOD

# In the order of the row's fields.
STEPS = (
    posts.CREATED, posts.SUBMITTED, posts.SCHEDULED, posts.PUBLISHED, posts.ARCHIVED, posts.MISSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PipelineRow:
    period: Period
    drafted: int
    submitted: int
    scheduled: int
    published: int
    archived: int
    missed: int
    to_publish: float | None


def rows(question: Question) -> list[PipelineRow]:
    steps, took = daily_all(STEPS, question), times(question)
    return [
        PipelineRow(bucket, *(step.over(bucket) for step in steps), median(took.by_key(bucket)))
        for bucket in question.buckets
    ]


def totals(question: Question) -> dict[str, Any]:
    """A median of medians is none: over all posts of the period."""
    return {"to_publish": median(times(question).by_key(question.period))}


def times(question: Question) -> Daily:
    return daily(posts.TO_PUBLISH, question, TOOK)


DRAFTED = ListLink("posts.post", dates="created_at")
PUBLISHED = ListLink("posts.post", dates="published_at", params={"status": "published"})

COLUMNS = [
    Column("period", "Day", unit=PERIOD),
    Column(
        "drafted",
        "Drafted",
        "Posts and pages made that day. Those in the trash do not count.",
        link=DRAFTED,
    ),
    Column(
        "submitted",
        "Submitted",
        "Sent to review that day. One that was sent back counts when it comes again.",
        better=HIGHER,
        headline=True,
    ),
    Column("scheduled", "Scheduled", "Times that a time of publication was set or moved."),
    Column(
        "published",
        "Published",
        "Posts and pages that were published that day and still are.",
        better=HIGHER,
        headline=True,
        link=PUBLISHED,
    ),
    Column("archived", "Archived", "Times that a published post was taken off."),
    Column(
        "missed",
        "Missed schedules",
        "Scheduled posts that came out that day, more than 5 minutes after their time.",
        better=LOWER,
        headline=True,
    ),
    Column(
        "to_publish",
        "Draft to publish",
        "What half of the posts took at most from their making to their first publication, which "
        "was that day; about, from counts of each length of time.",
        ABOUT,
        better=LOWER,
        headline=True,
    ),
]

register(
    Report(
        slug="pipeline",
        title="Publishing pipeline",
        summary="How posts move from draft to archive, and how long it takes.",
        group=PUBLISHING,
        in_sidebar=True,
        place=2,
        tables=[
            Table(
                title="Posts",
                row=PipelineRow,
                rows=rows,
                totals=totals,
                chart=Lines(["published", "drafted", "submitted", "archived"]),
                columns=COLUMNS,
            )
        ],
    )
)
