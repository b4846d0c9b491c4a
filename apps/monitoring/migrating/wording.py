"""How migrations and backfills are spoken of."""

from datetime import timedelta

from apps.database.models import Backfill, MigrationRun
from apps.database.observer import Kind
from apps.operations.wording import duration

Run, Fill = MigrationRun.State, Backfill.State
# The badge's CSS class of each state; the label is the model's.
RUN_CSS = {
    Run.RUNNING: "running",
    Run.DONE: "done",
    Run.STOPPED: "warning",
    Run.LOCK_BUSY: "warning",
    Run.DATA_REFUSED: "error",
    Run.FAILED: "error",
}
FILL_CSS = {
    Fill.RUNNING: "running",
    Fill.WAITING: "warning",
    Fill.PAUSED: "",
    Fill.FAILED: "error",
    Fill.DONE: "done",
}
# And of its bar.
BAR_CSS = {Fill.WAITING: "paused", Fill.FAILED: "paused", Fill.PAUSED: "held", Fill.DONE: "done"}
# Whom a statement of each kind can keep waiting.
KIND = {
    Kind.FREE: "Free, nobody has its table",
    Kind.BRIEF: "Brief lock",
    Kind.ONLINE: "Online, stops nobody",
    Kind.BATCHED: "Short batches, stops nobody",
}


def seconds_in_words(seconds: float | None) -> str:
    return "–" if seconds is None else duration(timedelta(seconds=max(seconds, 0)))


def counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
