"""Backfills as `manage.py backfill list` shows them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db.models import DurationField, ExpressionWrapper, F

from apps.database.expressions import ClockTime

from .checkpoint import rows
from .progress import percent, rows_in_all, seconds_left

# A batch and its rest take a hundredth of this; a look at all rows, at the end, may take longer.
SILENT_SECONDS = 60
HEADINGS = ("Name", "Column", "State", "%", "Rows", "Rows/s", "Time left")
# From the left; numbers stand on the right.
TEXTS = 3


@dataclass(frozen=True)
class Line:
    """`is_silent`: it should be moving, and nobody has moved it for a while."""

    name: str
    column: str
    state: str
    is_silent: bool
    percent: int
    rows_done: int
    rows_in_all: int
    rows_per_second: float
    seconds_left: float | None
    note: str

    def cells(self) -> tuple[str, ...]:
        left = "–" if self.seconds_left is None else f"{self.seconds_left:,.0f} s"
        state = "stopped" if self.is_silent else self.state
        done = f"{self.rows_done:,} of {self.rows_in_all:,}"
        numbers = (f"{self.percent} %", done, f"{self.rows_per_second:,.0f}", left)
        return (self.name, self.column, state, *numbers)

    def what_to_do(self) -> str:
        if self.is_silent or self.state == "failed":
            return f"`manage.py backfill run {self.name}` goes on where it stopped"
        if self.state == "paused":
            return f"`manage.py backfill resume {self.name}` lets it go on"
        return ""


def lines(using: str = "default") -> list[Line]:
    """In the order in which they began."""
    silence = ExpressionWrapper(ClockTime() - F("updated_at"), DurationField())
    found = rows(using).annotate(silence=silence).order_by("started_at", "id")
    return [_line(row) for row in found]


def _line(row) -> Line:
    moves = row.state in (row.State.RUNNING, row.State.WAITING)
    return Line(
        row.name,
        str(row),
        row.state,
        moves and row.silence.total_seconds() > SILENT_SECONDS,
        percent(row),
        row.rows_done,
        rows_in_all(row),
        row.rows_per_second,
        seconds_left(row),
        row.note,
    )


def as_json(found: Iterable[Line]) -> list[dict]:
    return [asdict(line) for line in found]


def as_table(found: Iterable[Line]) -> str:
    """Below each line why it stands still, and what to do about it."""
    found = list(found)
    table = [HEADINGS, *(line.cells() for line in found)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    printed = [_row(HEADINGS, widths)]
    for line in found:
        printed.append(_row(line.cells(), widths))
        printed += [f"    {text}" for text in (line.note, line.what_to_do()) if text]
    return "\n".join(printed)


def _row(cells: Iterable[str], widths: list[int]) -> str:
    aligned = (
        cell.ljust(width) if place < TEXTS else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()
