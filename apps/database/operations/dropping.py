"""A column is dropped in two steps: the code forgets it before the deploy, the table after it.

`RetireField("user", "nickname", db_default="")` before,
`DropColumn("user", "nickname", models.CharField(max_length=60, db_default=""))` after it.
"""

from copy import copy

from django.db import models
from django.db.migrations.operations import RemoveField
from django.db.migrations.operations.base import OperationCategory
from django.db.migrations.operations.fields import FieldOperation
from django.db.models import NOT_PROVIDED
from syzygy.constants import Stage

from apps.database.errors import Refused


class RetireField(RemoveField):
    """Before the deploy: the field leaves the models; its column stays, and asks nothing of
    writers who do not know it.

    A column that is NOT NULL needs `db_default`, what rows written from now on hold in it. Its
    unique and foreign key constraints go: new code neither keeps them nor clears the way when it
    deletes. On SQLite it is RemoveField.

    The way down asks again for what was asked, and rows that new code wrote may refuse it.
    """

    stage = Stage.PRE_DEPLOY

    def __init__(self, model_name: str, name: str, db_default=NOT_PROVIDED):
        super().__init__(model_name, name)
        self.db_default = db_default

    def deconstruct(self):
        name, arguments, options = super().deconstruct()
        if self.db_default is not NOT_PROVIDED:
            options["db_default"] = self.db_default
        return name, arguments, options

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        retired = undemanding(field, self.db_default)
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.alter_field(model, field, retired)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        retired = undemanding(field, self.db_default)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if schema_editor.connection.vendor != "postgresql":
            # Rows that are there need a value before the column can ask for one.
            without = from_state.apps.get_model(app_label, self.model_name)
            schema_editor.add_field(without, retired)
        schema_editor.alter_field(model, retired, field)

    def describe(self):
        return f"Retire field {self.name} from {self.model_name}; its column stays"

    @property
    def migration_name_fragment(self):
        return f"retire_{self.model_name_lower}_{self.name_lower}"


class DropColumn(FieldOperation):
    """After the deploy: the column of a retired field is dropped.

    `field` is what it was: the way down adds its column again, empty. One that is NOT NULL has
    the `db_default` it was retired with. On SQLite RetireField has done it all.
    """

    category = OperationCategory.REMOVAL
    stage = Stage.POST_DEPLOY

    def __init__(self, model_name: str, name: str, field: models.Field):
        super().__init__(model_name, name, field)

    def state_forwards(self, app_label, state):
        """RetireField took the field out."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = self._model(app_label, schema_editor, to_state)
        if model:
            schema_editor.remove_field(model, model._meta.get_field(self.name))

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = self._model(app_label, schema_editor, to_state)
        if model:
            # Unique and foreign keys come back with RetireField's way down.
            schema_editor.add_field(model, undemanding(model._meta.get_field(self.name)))

    def describe(self):
        return f"Drop column {self.name} of {self.model_name}"

    @property
    def migration_name_fragment(self):
        return f"drop_{self.model_name_lower}_{self.name_lower}"

    def _model(self, app_label, schema_editor, state) -> type[models.Model] | None:
        """The model with its field again; None where nothing is to be done."""
        if schema_editor.connection.vendor != "postgresql":
            return None
        with_field = state.clone()
        with_field.add_field(app_label, self.model_name_lower, self.name, self.field, True)
        model = with_field.apps.get_model(app_label, self.model_name)
        return model if self.allow_migrate_model(schema_editor.connection.alias, model) else None


def undemanding(field: models.Field, db_default=NOT_PROVIDED) -> models.Field:
    """The field as its column is while writers may leave it out."""
    if field.many_to_many:
        raise Refused(f"{field} has no column to retire.", "Use RemoveField, after the deploy.")
    column = copy(field)
    # What the field has worked out about itself.
    for name in ("unique", "_db_default_expression"):
        column.__dict__.pop(name, None)
    column._unique = False
    if field.remote_field:
        column.db_constraint = False
    if db_default is not NOT_PROVIDED:
        column.db_default = db_default
    elif not (field.null or field.has_db_default()):
        raise Refused(
            f"{field} is NOT NULL, and writers will not know it.",
            "Give its db_default to RetireField, and to the field of DropColumn.",
        )
    return column
