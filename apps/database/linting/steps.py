"""A migration as steps: one operation at a time, with the models before and after it."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from .shapes import joining_table, table_of
from .statements import statements_of, tables_made
from .step import Step
from .tables import Tables


def steps_of(migration: Migration, state: ProjectState, tables: Tables) -> list[Step]:
    """The steps forwards from `state`, which is taken along to the end of the migration."""
    steps = []
    for place, (operation, before, after) in enumerate(walked(migration, state)):
        step = Step(migration, operation, place, False, before, after, tables)
        steps += _in_the_database(step)
    return steps


def walked(
    migration: Migration, state: ProjectState
) -> Iterator[tuple[Operation, ProjectState, ProjectState]]:
    """Each operation with the models before and after it; `state` is taken along."""
    before = state.clone()
    for operation in migration.operations:
        operation.state_forwards(migration.app_label, state)
        after = state.clone()
        yield operation, before, after
        before = after


def undone(steps: list[Step]) -> list[Step]:
    return [
        replace(step, backwards=True, before=step.after, after=step.before)
        for step in reversed(steps)
    ]


def note_tables(step: Step) -> None:
    """Tell the tables what this step makes and renames."""
    before, after = step.model_in(step.before), step.model_in(step.after)
    step.tables.new |= tables_made(statements_of(step.operation, backwards=step.backwards))
    if after is None:
        return
    if before is None:
        step.tables.new.add(table_of(after))
    elif table_of(before) != table_of(after):
        step.tables.rename(table_of(before), table_of(after))
    step.tables.new |= _joining_tables(after) - _joining_tables(before)


def _joining_tables(model: ModelState | None) -> set[str]:
    fields = model.fields.items() if model else ()
    return {joining_table(model, name, field) for name, field in fields} - {None}


def _in_the_database(step: Step) -> Iterator[Step]:
    """What is for the state alone is no step."""
    if not step.is_a(SeparateDatabaseAndState):
        yield step
        return
    before = step.before
    for operation in step.operation.database_operations:
        after = before.clone()
        operation.state_forwards(step.migration.app_label, after)
        yield from _in_the_database(replace(step, operation=operation, before=before, after=after))
        before = after
