"""Backfills as the page shows them: how far, how fast, how long still."""

from dataclasses import dataclass

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
    expected = backfill.rows_done if is_done else max(backfill.rows_done, backfill.rows_expected)
    return Line(
        id=backfill.pk,
        column=str(backfill),
        note=backfill.note or f"migration {backfill.name}",
        state=backfill.get_state_display(),
        css=FILL_CSS.get(backfill.state, ""),
        bar=BAR_CSS.get(backfill.state, ""),
        percent=percent(backfill),
        rows=f"{backfill.rows_done:,} of {expected:,}",
        rate=f"{rate(backfill):,.0f} rows/s",
        left=seconds_in_words(seconds_left(backfill)) if not is_done else "",
        can_pause=backfill.state in MOVING,
        can_resume=backfill.state == State.PAUSED,
    )


def percent(backfill: Backfill) -> int:
    """By the keys where they are numbers, else by the rows that were expected."""
    if backfill.state == State.DONE:
        return 100
    return min(99, max(0, int(100 * share(backfill))))


def share(backfill: Backfill) -> float:
    keys = [backfill.lowest, backfill.cursor, backfill.highest]
    if all(key is not None and key.lstrip("-").isdecimal() for key in keys):
        lowest, cursor, highest = map(int, keys)
        return (cursor - lowest + 1) / max(highest - lowest + 1, 1)
    return backfill.rows_done / backfill.rows_expected if backfill.rows_expected else 0.0


def rate(backfill: Backfill) -> float:
    """Of one that stands still it is 0, of one that is over what it was."""
    stands = backfill.state in (State.WAITING, State.PAUSED, State.FAILED)
    return 0.0 if stands else backfill.rows_per_second


def seconds_left(backfill: Backfill) -> float | None:
    """None while it stands still."""
    done, now = share(backfill), rate(backfill)
    if not now or not done:
        return None
    return backfill.rows_done * (1 - min(done, 1.0)) / done / now
