"""A refusal teaches: what is unsafe, whom it would stop, and what to write instead."""

from dataclasses import dataclass
from textwrap import indent

from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import OperationWriter

MARGIN = "      "


@dataclass(frozen=True)
class Paste:
    """Python to paste, the body of a migration's class, under a line that says where.

    `imports` are the lines it needs beside `from django.db import migrations, models`.
    """

    title: str
    body: str
    imports: tuple[str, ...] = ()

    def __str__(self):
        source = "\n".join([*self.imports, *([""] if self.imports else []), self.body])
        return f"{self.title}:\n{indent(source, MARGIN)}"


def paste(title: str, *operations: Operation, stage: str = "") -> Paste:
    """The operations as Django writes them. `stage` is a member of syzygy's `Stage`, by name."""
    imports = {"from syzygy import Stage"} if stage else set()
    lines = [f"stage = Stage.{stage}"] if stage else []
    # What works in batches has transactions of its own.
    if any(isinstance(operation, _backfill()) for operation in operations):
        lines.append("atomic = False")
    lines.append("operations = [")
    for operation in operations:
        source, needed = OperationWriter(operation, indentation=1).serialize()
        lines.append(source)
        imports |= needed
    imports -= {"from django.db import migrations", "from django.db import models"}
    return Paste(title, "\n".join([*lines, "]"]), tuple(sorted(imports)))


def _backfill() -> type[Operation]:
    # Where a page only shows refusals, none is written.
    from apps.database.operations import Backfill

    return Backfill


@dataclass(frozen=True)
class Refusal:
    """One operation of a plan that would stop somebody.

    `place` is where it stands in its migration, `unsafe` what it does, `why` whom that stops and
    by which lock. `otherwise` is the costlier recipe, for who must have it exactly so; `waiver`
    how to say that one knows better, where that can be: nobody knows a way down that is not there.
    """

    migration: Migration
    operation: Operation
    place: int
    unsafe: str
    why: str
    recipe: tuple[Paste, ...] = ()
    otherwise: tuple[Paste, ...] = ()
    waiver: str = ""
    waivable: bool = True

    def __str__(self):
        parts = [
            f"{self.migration}: {self.operation.describe()}",
            f"  Refused: {self.unsafe}",
            f"  Why: {self.why}",
            *(indent(str(part), "  ") for part in (*self.recipe, *self.otherwise)),
        ]
        if self.waiver:
            parts.append(f"  If you know better, {self.waiver}")
        return "\n".join(parts)
