"""A plan as steps: one operation at a time, with the models before and after it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelManagers,
    AlterModelOptions,
    Migration,
    RemoveField,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field

from .refusal import Paste, Refusal
from .shapes import is_the_same_column, joining_table, table_of
from .statements import statements_of, tables_made
from .tables import Tables

# This package's neighbour, wherever the two live.
OURS = __package__.removesuffix("linting") + "operations"


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

    def refuse(
        self, unsafe: str, why: str, *recipe: Paste, otherwise: tuple[Paste, ...] = ()
    ) -> Refusal:
        return Refusal(self.migration, self.operation, self.place, unsafe, why, recipe, otherwise)

    def is_a(self, *kinds: type[Operation]) -> bool:
        """Ours are none of Django's: they do by themselves what the rules ask for."""
        return isinstance(self.operation, kinds) and not self.is_ours

    @property
    def is_ours(self) -> bool:
        return type(self.operation).__module__.startswith(OURS)

    @property
    def connection(self):
        return self.tables.connection

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
        if self.model is None or not self.model.options.get("managed", True):
            return None
        table = table_of(self.model)
        return None if self.tables.is_free(table) else table

    @property
    def changes_the_table(self) -> bool:
        """Whether its definition becomes another: not by options, labels or values of rows."""
        operation = self.operation
        if operation.category in (OperationCategory.PYTHON, OperationCategory.SQL):
            return False
        if isinstance(operation, AlterModelOptions | AlterModelManagers):
            return False
        if self.is_ours or not isinstance(operation, AddField | AlterField | RemoveField):
            return True
        old, new = self.field_in(self.before), self.field_in(self.after)
        if old and new:
            return not is_the_same_column(old, new)
        return not (old or new).many_to_many

    @property
    def is_in_an_app_in_use(self) -> bool:
        """Whether any table of its app is in use: Python and SQL may reach them all."""
        app = self.migration.app_label
        models = [model for (label, _), model in self.before.models.items() if label == app]
        return not all(self.tables.is_free(table_of(model)) for model in models)

    def field_in(self, state: ProjectState, name: str = "") -> Field | None:
        """The field it works on, or the model's field of that name."""
        model = self.model_in(state)
        return model.fields.get(name or self.operation.name) if model else None


def steps_of(migration: Migration, state: ProjectState, tables: Tables) -> list[Step]:
    """The steps forwards from `state`, which is taken along to the end of the migration."""
    steps = []
    before = state.clone()
    for place, operation in enumerate(migration.operations):
        operation.state_forwards(migration.app_label, state)
        after = state.clone()
        step = Step(migration, operation, place, False, before, after, tables)
        steps += _in_the_database(step)
        before = after
    return steps


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
