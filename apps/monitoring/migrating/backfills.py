"""Backfills as the page shows them: how far, how fast, how long still."""

from dataclasses import dataclass

from apps.database.backfilling import progress
from apps.database.models import Backfill
from apps.monitoring.migrating.wording import BAR_CSS, FILL_CSS, seconds_in_words

State = Backfill.State
MOVING = (State.RUNNING, State.WAITING)
# Those that are over stand below the others, the latest first.
DONE_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """`percent` is whole, 0 to 100, and 100 only when it is over."""

    id: int
    column: str
    note: str
    state: str
    css: str
    bar: str
    percent: int
    rows: str
    rate: str
    left: str
    can_pause: bool
    can_resume: bool


def lines() -> list[Line]:
    """What is not over by its age, and then the last that are."""
    unfinished = Backfill.objects.exclude(state=State.DONE).order_by("started_at", "id")
    over = Backfill.objects.filter(state=State.DONE).order_by("-finished_at", "-id")
    return [line(one) for one in (*unfinished, *over[:DONE_SHOWN])]


def line(backfill: Backfill) -> Line:
    is_done = backfill.state == State.DONE
    stands = backfill.state in (State.WAITING, State.PAUSED, State.FAILED)
    return Line(
        id=backfill.pk,
        column=str(backfill),
        note=backfill.note or f"migration {backfill.name}",
        state=backfill.get_state_display(),
        css=FILL_CSS.get(backfill.state, ""),
        bar=BAR_CSS.get(backfill.state, ""),
        percent=progress.percent(backfill),
        rows=f"{backfill.rows_done:,} of {progress.rows_in_all(backfill):,}",
        rate=f"{0 if stands else backfill.rows_per_second:,.0f} rows/s",
        left="" if is_done else seconds_in_words(progress.seconds_left(backfill)),
        can_pause=backfill.state in MOVING,
        can_resume=backfill.state == State.PAUSED,
    )
