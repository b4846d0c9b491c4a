"""Django's operations, where zero-downtime still does more to a table in use than it must."""

import warnings
from contextlib import ExitStack
from copy import copy
from functools import partial

from django.db.models import Field
from django_zero_downtime_migrations.backends.postgres.schema import UnsafeOperationWarning

from .limits import timeouts
from .running import stopped_by_limits
from .standing import of_another_type
from .steps import SteppingEditor


class DatabaseSchemaEditor(SteppingEditor):
    def __enter__(self):
        self.session = ExitStack()
        # What is unsafe is refused before anything runs, and with more to say.
        self.session.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", UnsafeOperationWarning)
        if not self.collect_sql:
            # What runs past this editor, in RunPython, may keep nobody waiting for long either.
            limits = self.connection.limits
            session = timeouts(self.connection, limits.lock_ms, limits.sql_statement_ms)
            self.session.enter_context(session)
        return super().__enter__()

    def __exit__(self, kind, error, trace):
        with self.session:
            super().__exit__(kind, error, trace)
        if stopped := stopped_by_limits(self.connection, error):
            raise stopped from error

    def add_field(self, model, field):
        """A column with a check of its own is scanned under the lock that adds it: the check
        comes after it, and is validated beside readers and writers.
        """
        table = model._meta.db_table
        other = None if self.collect_sql else of_another_type(self.connection, table, field)
        if other and not self._is_empty(self.quote_name(table)):
            raise other
        check = field.db_parameters(self.connection)["check"]
        if not check:
            super().add_field(model, field)
            return
        unchecked = copy(field)
        unchecked.db_check = lambda *_: None
        super().add_field(model, unchecked)
        name = self._create_index_name(table, [field.column], suffix="_check")
        self.deferred_sql.append(self._create_check_sql(model, name, check))

    def alter_unique_together(self, model, old_unique_together, new_unique_together):
        """Django drops first: while the new index is built, and for good if rows refuse it, nothing
        would be unique.
        """
        old, new = (set(map(tuple, one)) for one in (old_unique_together, new_unique_together))
        super().alter_unique_together(model, (), new - old)
        super().alter_unique_together(model, old - new, ())

    def _delete_composed_index(self, model, fields, constraint_kwargs, sql):
        """Django wants to find exactly one; an earlier run may have dropped it."""
        columns = [model._meta.get_field(name).column for name in fields]
        others = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
        names = partial(self._constraint_names, model, columns, exclude=others)
        if self.collect_sql or names(**constraint_kwargs):
            super()._delete_composed_index(model, fields, constraint_kwargs, sql)

    def alter_field(self, model, old_field, new_field, strict=False):
        self.altered = new_field
        try:
            super().alter_field(model, old_field, new_field, strict)
        finally:
            self.altered = None

    def _alter_field(self, model, old_field, new_field, *types_and_strict):
        """Django drops a foreign key before any change of its column, and makes it anew: for a
        while there is none. One that stays what it is is left alone.
        """
        if self._reference(old_field) and self._reference(old_field) == self._reference(new_field):
            old_field, new_field = without_constraint(old_field), without_constraint(new_field)
        super()._alter_field(model, old_field, new_field, *types_and_strict)

    def _reference(self, field: Field) -> tuple | None:
        if not (field.remote_field and field.db_constraint):
            return None
        target = field.target_field
        type_ = field.db_parameters(self.connection)["type"]
        return field.column, type_, target.model._meta.db_table, target.column


def without_constraint(field: Field) -> Field:
    unconstrained = copy(field)
    unconstrained.db_constraint = False
    return unconstrained
