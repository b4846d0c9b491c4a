"""The plan for people: a table, and for a program: JSON."""

import json
from collections.abc import Sequence

from django.template.defaultfilters import filesizeformat
from rich import box
from rich.console import Console
from rich.table import Table

from .plan import PlannedOperation

# A log has no width; as wide as the longest rows are read best.
WIDTH_OF_A_LOG = 200
COLUMNS = (
    "Migration",
    "Operation",
    "Class",
    "Lock",
    "Table",
    "Rows",
    "Size",
    "Time",
    "Reversible",
    "Stage",
)
NO_LOCKS = "On SQLite locks do not matter: one process writes, and readers are let in by the log."


def print_json(operations: Sequence[PlannedOperation], vendor: str, stream) -> None:
    plan = {"database": vendor, "operations": [row.as_json() for row in operations]}
    stream.write(json.dumps(plan, indent=2))


def print_table(operations: Sequence[PlannedOperation], vendor: str, stream) -> None:
    console = Console(file=stream, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = WIDTH_OF_A_LOG
    table = Table(box=box.SIMPLE_HEAD)
    for column in COLUMNS:
        table.add_column(column, overflow="fold")
    last = None
    for row in operations:
        table.add_row("" if row.migration == last else row.migration, *cells(row))
        last = row.migration
    console.print(table)
    if vendor == "sqlite":
        console.print(NO_LOCKS)


def cells(row: PlannedOperation) -> list[str]:
    return [
        row.operation,
        row.kind or "–",
        row.lock or "–",
        row.table or "–",
        f"{row.rows:,}" if row.table else "–",
        # A non-breaking space is no help in a log.
        filesizeformat(row.bytes).replace("\xa0", " ") if row.bytes else "–",
        time_of(row.seconds),
        "yes" if row.reversible else "no",
        row.stage,
    ]


def time_of(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    if seconds < 1:
        return "under 1 s"
    return f"about {seconds:,.0f} s" if seconds < 120 else f"about {seconds / 60:,.0f} min"
