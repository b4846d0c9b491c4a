"""Rows that get their values beside everybody who reads and writes."""

from collections.abc import Mapping
from typing import Any

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.models import Q

from apps.database.backfilling import Work, foretell, run, still_to_do

from .naming import name_of

REVERSE = ":reverse"


class Backfill(Operation):
    """Gives the rows that `where` finds their `values`, in short batches of their own.

        class Migration(migrations.Migration):
            atomic = False
            operations = [Backfill("user", {"email_verified": False})]

    `values` is column → value or expression. Without `where` it is the rows in which one of
    them is NULL. A changed row must be found no longer; new rows must have their value already,
    by a `db_default`.

    Backwards nothing happens, for old code does not know the values; or `reverse` is given to
    the rows that `reverse_where` finds; for `{"email_verified": None}` it need not be given.

    It may be paused, and killed: the next run goes on where it stopped (`manage.py backfill`).
    On SQLite a migration without `atomic = False` does it in its own transaction, at once.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        model_name: str,
        values: Mapping[str, Any],
        where: Q | None = None,
        reverse: Mapping[str, Any] | None = None,
        reverse_where: Q | None = None,
    ):
        if reverse and reverse_where is None and any(map(_is_given, reverse.values())):
            raise ValueError("Say by `reverse_where` which rows are to be changed back.")
        self.model_name = model_name
        self.values, self.where = values, where
        self.reverse, self.reverse_where = reverse, reverse_where

    def state_forwards(self, app_label, state):
        """The models stay as they are."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._run(app_label, schema_editor, from_state, backwards=False)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if self.reverse is not None:
            self._run(app_label, schema_editor, to_state, backwards=True)

    def work(self, app_label: str, state, using: str, *, backwards: bool = False) -> Work:
        """`state` holds the models as they are when it runs."""
        values, where = self.values, self.where
        if backwards:
            values, where = self.reverse, self.reverse_where
        name = name_of(self, app_label) + (REVERSE if backwards else "")
        model = state.apps.get_model(app_label, self.model_name)
        return Work(name, model, values, where or still_to_do(values), using)

    def _run(self, app_label, schema_editor, state, *, backwards: bool) -> None:
        using = schema_editor.connection.alias
        work = self.work(app_label, state, using, backwards=backwards)
        if not router.allow_migrate_model(using, work.model):
            return
        if schema_editor.collect_sql:
            foretell(schema_editor, work)
        else:
            run(work)

    def describe(self):
        return f"Fill {', '.join(self.values)} of {self.model_name} in batches"

    @property
    def migration_name_fragment(self):
        return f"fill_{self.model_name.lower()}_{'_'.join(self.values)}"


def _is_given(value: Any) -> bool:
    return value is not None
