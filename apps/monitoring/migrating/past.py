"""Migrations that ran, the newest first, in pages by key."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.backoffice.rows import short_time
from apps.database.models import MigrationRun
from apps.monitoring.migrating.wording import RUN_CSS, seconds_in_words

PAGE = 50


@dataclass(frozen=True)
class Line:
    name: str
    note: str
    state: str
    css: str
    started_at: datetime
    when: str
    took: str
    longest_wait: str


def runs(before: int | None, now: datetime) -> tuple[list[Line], int | None]:
    """A page of them, older than the run `before`, and the id after which the next begins."""
    rows = MigrationRun.objects.order_by("-started_at", "-id").defer("statements", "statement")
    found = list(older_than(rows, before)[: PAGE + 1])
    following = found[PAGE - 1].pk if len(found) > PAGE else None
    return [line(run, now) for run in found[:PAGE]], following


def older_than(rows: QuerySet, before: int | None) -> QuerySet:
    """All of them if there is no such run."""
    at = before and MigrationRun.objects.filter(pk=before).values_list("started_at").first()
    if not at:
        return rows
    return rows.filter(Q(started_at__lt=at[0]) | Q(started_at=at[0], id__lt=before))


def line(run: MigrationRun, now: datetime) -> Line:
    took = (run.finished_at or now) - run.started_at
    return Line(
        name=f"{run} (backwards)" if run.backwards else str(run),
        note=run.note,
        state=run.get_state_display(),
        css=RUN_CSS.get(run.state, ""),
        started_at=run.started_at,
        when=short_time(run.started_at),
        took=seconds_in_words(took.total_seconds()),
        longest_wait=f"{run.longest_wait_ms:,} ms",
    )
