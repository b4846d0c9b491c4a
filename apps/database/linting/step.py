"""One operation of a plan, with the models before and after it."""

from dataclasses import dataclass

from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelManagers,
    AlterModelOptions,
    Migration,
    RemoveField,
)
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Field

from .refusal import Paste, Refusal
from .shapes import is_the_same_column, table_of
from .statements import changes_rows_alone, statements_of, table_in
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
    def altered_tables(self) -> list[str]:
        """Tables in use whose definition becomes another, by SQL too."""
        tables = [self.table] if self.table and self.changes_the_table else []
        for statement in statements_of(self.operation, backwards=self.backwards):
            table = table_in(statement)
            if table and not changes_rows_alone(statement) and not self.tables.is_free(table):
                tables.append(table)
        return list(dict.fromkeys(tables))

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
