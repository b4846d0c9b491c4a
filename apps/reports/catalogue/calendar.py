"""On which days something was published, on which nothing, and what was not published in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress

from django.utils import timezone

from apps.posts.actions.schedule import LATE_AFTER
from apps.posts.models import Post
from apps.reports import columns
from apps.reports.charts import Days
from apps.reports.daily import by_day, daily_all, within
from apps.reports.links import ObjectLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import (
    LOWER,
    PUBLISHING,
    Report,
    ReportLink,
    RowOf,
    Series,
    Table,
    column,
    register,
)
from apps.reports.rollups.days import runs
from apps.reports.rollups.metrics.posts import MISSED, PUBLISHED
from apps.reports.units import DATE, DURATION, MOMENT, TEXT

MOST_MISSED = 1_000
TO_GAPS = ReportLink("calendar", "gaps")
WITHOUT = (
    "Days on which nothing was published that still is, since the first publication; today is not "
    "over."
)
LATE = "From the time it was due until it came out, or until now."


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """`each` is how many of each of its days, and `missed_on` the days with missed schedules."""

    period: Period
    published: int = columns.published()
    empty: int = column("Days without", WITHOUT, better=LOWER, headline=True, link=TO_GAPS)
    missed: int = columns.missed()
    each: tuple[int, ...]
    missed_on: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    first: date = column("From", unit=DATE)
    last: date = column("To", unit=DATE)
    days: int = column("Days", "How many days the gap has.")


@dataclass(frozen=True, slots=True)
class MissedRow:
    id: int
    title: str = column("Post", unit=TEXT, link=ObjectLink("posts.post", "id"))
    due: datetime = column("Due", unit=MOMENT)
    out: datetime | None = column("Came out", unit=MOMENT)
    late: float = column("Late", LATE, DURATION)
    why: str = column("Why", unit=TEXT)


def rows(question: Question) -> RowOf[CalendarRow]:
    published, missed = daily_all([PUBLISHED, MISSED], question)
    empty = set(empty_days(question))
    return lambda days: CalendarRow(
        days,
        published.over(days),
        len(empty.intersection(days.days())),
        missed.over(days),
        published.each(days),
        tuple(compress(days.days(), missed.each(days))),
    )


def empty_days(question: Question) -> list[date]:
    """Without a publication, from the first one ever on; today may still have one."""
    return question.once(empty_days, lambda: list(empty_of(question)))


def empty_of(question: Question) -> Iterator[date]:
    published, _ = daily_all([PUBLISHED, MISSED], question)
    has_begun, today = was_published_before(question), timezone.localdate()
    for day, number in zip(question.period.days(), published.each(question.period), strict=True):
        has_begun = has_begun or number > 0
        if has_begun and not number and day < today:
            yield day


def was_published_before(question: Question) -> bool:
    start, _ = question.period.moments
    return Post.objects.using(question.using).published().filter(published_at__lt=start).exists()


def gap_rows(question: Question) -> list[GapRow]:
    """The longest first, of equals the latest."""
    gaps = [
        GapRow(first, last, (last - first).days + 1) for first, last in runs(empty_days(question))
    ]
    return sorted(gaps, key=lambda gap: (gap.days, gap.first), reverse=True)


def missed_rows(question: Question) -> list[MissedRow]:
    """Those that wait, the longest waiting first; then those that came out, the last first."""
    return [*waiting(question), *came_late(question)][:MOST_MISSED]


def waiting(question: Question) -> Iterator[MissedRow]:
    now = timezone.now()
    due = within(Post.objects.using(question.using).due(LATE_AFTER), "publish_at", question.period)
    for pk, title, at in due.values_list("pk", "title", "publish_at")[:MOST_MISSED]:
        yield MissedRow(pk, title, at, None, (now - at).total_seconds(), "It still waits.")


def came_late(question: Question) -> Iterator[MissedRow]:
    """By their entries, which say why."""
    _, missed = daily_all([PUBLISHED, MISSED], question)
    if not missed.over(question.period):
        return
    last = by_day(MISSED, question, "post")[-MOST_MISSED:]
    late = MISSED.facts().using(question.using).filter(object_id__in={key for _, key, _ in last})
    columns = ("object_id", "object_label", "due", "at", "reason", "actor_label")
    found = within(late, "at", question.period).order_by("-at", "-id").values_list(*columns)
    for pk, title, due, at, reason, actor in found[:MOST_MISSED]:
        why = reason or f"Published by {actor}."
        yield MissedRow(pk, title, due, at, (at - due).total_seconds(), why)


GAPS = Table(
    "Gaps",
    GapRow,
    gap_rows,
    name="gaps",
    note="days on end without a publication, the longest first",
    empty="Something was published every day.",
)
LATE_ONES = Table(
    "Missed schedules",
    MissedRow,
    missed_rows,
    name="missed",
    note=f"those that wait, then the last {MOST_MISSED:,} that came out late",
    empty="Every scheduled post came out in time.",
)
CHART = Days("published", "each", "missed_on", "Missed schedules")
register(
    Report(
        slug="calendar",
        title="Calendar",
        summary="When something was published, days without, and schedules that were missed.",
        group=PUBLISHING,
        in_sidebar=True,
        place=4,
        tables=[Series("Published posts", CalendarRow, rows, CHART), GAPS, LATE_ONES],
    )
)
