"""A plan as steps: one operation at a time, with the models before and after it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from .refusal import Paste, Refusal
from .shapes import joining_table, table_of
from .tables import Tables


@dataclass(frozen=True)
class Step:
    """`before` and `after` lie in the direction of travel: backwards, an AddField removes.

    `place` is where the operation stands among its migration's.
    """

    migration: Migration
    operation: Operation
    place: int
    backwards: bool
    before: ProjectState
    after: ProjectState
    tables: Tables

    def refuse(self, unsafe: str, why: str, *recipe: Paste) -> Refusal:
        return Refusal(self.migration, self.operation, self.place, unsafe, why, recipe)

    def is_a(self, *kinds: type[Operation]) -> bool:
        return isinstance(self.operation, kinds)

    def model_in(self, state: ProjectState) -> ModelState | None:
        """The model it works on; None for Python and SQL, and where it is not (yet or any more)."""
        operation = self.operation
        if hasattr(operation, "model_name"):
            names = [operation.model_name]
        else:
            names = [getattr(operation, key, "") for key in ("name", "old_name", "new_name")]
        keys = [(self.migration.app_label, str(name).lower()) for name in names]
        return next((state.models[key] for key in keys if key in state.models), None)

    @property
    def model(self) -> ModelState | None:
        return self.model_in(self.before)

    @property
    def table(self) -> str | None:
        """The table it changes, where somebody may be using that."""
        if self.model is None:
            return None
        table = table_of(self.model)
        return None if self.tables.is_free(table) else table


def steps_of(migration: Migration, state: ProjectState, tables: Tables) -> list[Step]:
    """The steps forwards from `state`, which is taken along to the end of the migration."""
    steps = []
    for place, operation in enumerate(migration.operations):
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        step = Step(migration, operation, place, False, before, state.clone(), tables)
        steps += _in_the_database(step)
    return steps


def undone(steps: list[Step]) -> list[Step]:
    return [
        replace(step, backwards=True, before=step.after, after=step.before)
        for step in reversed(steps)
    ]


def note_tables(step: Step) -> None:
    """Tell the tables what this step makes and renames."""
    before, after = step.model_in(step.before), step.model_in(step.after)
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
