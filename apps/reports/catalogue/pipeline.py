"""How posts move from draft to archive, and how long it takes."""

from dataclasses import dataclass

from apps.reports import columns
from apps.reports.charts import Lines
from apps.reports.daily import daily_all, took
from apps.reports.links import ListLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, LOWER, PUBLISHING, Report, RowOf, Series, column, register
from apps.reports.rollups.metrics import posts
from apps.reports.units import ABOUT

# In the order of the row's fields.
STEPS = (
    posts.CREATED, posts.SUBMITTED, posts.SCHEDULED, posts.PUBLISHED, posts.ARCHIVED, posts.MISSED,
)  # fmt: skip
SUBMITTED = "Sent to review that day. One that was sent back counts when it comes again."
TO_PUBLISH = (
    "What half of the posts took at most from their making to their first publication, which was "
    "that day; about, from counts of each length of time."
)


@dataclass(frozen=True, slots=True)
class PipelineRow:
    period: Period
    drafted: int = column(
        "Drafted",
        "Posts and pages made that day. Those in the trash do not count.",
        link=ListLink("posts.post", dates="created_at"),
    )
    submitted: int = column("Submitted", SUBMITTED, better=HIGHER, headline=True)
    scheduled: int = column("Scheduled", "Times that a time of publication was set or moved.")
    published: int = columns.published()
    archived: int = column("Archived", "Times that a published post was taken off.")
    missed: int = columns.missed()
    to_publish: float | None = column("Draft to publish", TO_PUBLISH, ABOUT, LOWER, headline=True)


def rows(question: Question) -> RowOf[PipelineRow]:
    steps, times = daily_all(STEPS, question), took(posts.TO_PUBLISH, question)
    return lambda days: PipelineRow(days, *(step.over(days) for step in steps), times.median(days))


CHART = Lines(["published", "drafted", "submitted", "archived"])
register(
    Report(
        slug="pipeline",
        title="Publishing pipeline",
        summary="How posts move from draft to archive, and how long it takes.",
        group=PUBLISHING,
        in_sidebar=True,
        place=2,
        tables=[Series("Posts", PipelineRow, rows, CHART)],
    )
)
