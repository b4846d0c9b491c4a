"""Python in a migration: its locks are those of rows, and they are kept to its end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from django.db.migrations import RunPython, RunSQL

from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import table_of
from apps.database.linting.source import Writes, writes_of
from apps.database.linting.statements import is_sql
from apps.database.linting.step import Step


def writes_many_rows(step: Step) -> Iterator[Refusal]:
    if not step.is_a(RunPython):
        return
    code = step.operation.reverse_code if step.backwards else step.operation.code
    writes = writes_of(code)
    if writes is None:
        return
    large = [table for table in _tables(step, writes) if step.tables.is_large(table)]
    if not large:
        return
    yield step.refuse(
        f"its {writes.call} changes rows of {' or '.join(large)} in one transaction.",
        "Each row stays locked (ROW EXCLUSIVE on the table, FOR UPDATE on its rows) until the last "
        "is written: who wants to write one waits (3.4 s for a million rows).",
        *_as_a_backfill(writes),
    )


def cannot_be_undone(step: Step) -> Iterator[Refusal]:
    """Backwards it stops half-way; forwards it is found out while it can still be written."""
    if step.operation.reversible or not (step.backwards or step.is_in_an_app_in_use):
        return
    if step.backwards:
        stuck = step.refuse(
            "it cannot be undone.",
            "Django stops there, half-way down.",
            *_with_a_reverse(step),
        )
        yield replace(stuck, waivable=False)
    else:
        yield step.refuse(
            "it has no way down.",
            "A release that must be taken back takes its migrations back, and stops here.",
            *_with_a_reverse(step),
        )


def _tables(step: Step, writes: Writes) -> list[str]:
    """The tables of the models it asks for; of its whole app where it names none."""
    models = step.before.models
    named = [models[key] for key in writes.models if key in models]
    if not writes.models:
        named = [model for (app, _), model in models.items() if app == step.migration.app_label]
    return [table_of(model) for model in named]


def _as_a_backfill(writes: Writes) -> Iterator[Paste]:
    """Of an update of one model's rows; what saves them one by one has to be thought about."""
    if not writes.values or len(writes.models) != 1:
        return
    ((_, model),) = writes.models
    yield Paste(
        "In short batches, which can be stopped and go on",
        f"atomic = False\noperations = [\n    Backfill({model!r}, {writes.values}, "
        f"where={writes.where}),\n]",
        ("from apps.database.operations import Backfill",),
    )


def _with_a_reverse(step: Step) -> Iterator[Paste]:
    title = "Where there is nothing to take back, say so"
    if step.is_a(RunPython):
        yield as_it_is(title, step.operation)
    elif is_sql(step.operation):
        # RunSQL, or ours of the same shape.
        nothing = RunSQL.noop if step.is_a(RunSQL) else []
        yield paste(title, type(step.operation)(step.operation.sql, nothing))


def as_it_is(title: str, operation: RunPython) -> Paste:
    """The operation with the functions' own names, as its file knows them; its reverse at least
    `noop`.
    """
    code = _name(operation.code)
    reverse = operation.reverse_code
    back = "migrations.RunPython.noop" if reverse in (None, RunPython.noop) else _name(reverse)
    return Paste(title, f"operations = [\n    migrations.RunPython({code}, {back}),\n]")


def _name(code: Callable) -> str:
    name = getattr(code, "__name__", "")
    return name if name.isidentifier() else "code"
