"""A field gets a type for which PostgreSQL would rewrite the whole table under its lock.

`AlterFieldType("post", "views", models.BigIntegerField(default=0))`
"""

from collections.abc import Iterator

from django.db import models
from django.db.backends.utils import truncate_name
from django.db.migrations.operations import AlterField
from syzygy.constants import Stage

from apps.database.errors import DataRefused, Refused


class AlterFieldType(AlterField):
    """Before the deploy: a second column, kept alike by a trigger, is filled in batches, gets what
    belongs to the first, and takes its place and its name in one short transaction.

    A primary key takes along the columns that refer to it. On SQLite, and in the models' state, it
    is AlterField.

    For a type that both releases can read, as integer → bigint, and for nothing but the type.
    The way down is the same; rows that do not fit the narrower type refuse it by name.
    """

    stage = Stage.PRE_DEPLOY

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        before, after = (
            state.apps.get_model(app_label, self.model_name) for state in (from_state, to_state)
        )
        if not self.allow_migrate_model(schema_editor.connection.alias, after):
            return
        old, new = (model._meta.get_field(self.name) for model in (before, after))
        refuse_other_changes(old, new, schema_editor.connection)
        for field in [new, *referring(new)]:
            retype(schema_editor, field)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Alter type of {self.name} on {self.model_name}"

    def reduce(self, operation, app_label):
        return False


def referring(field: models.Field) -> Iterator[models.ForeignKey]:
    """The foreign keys that hold values of the field, those to them too; of tables alone."""
    for relation in field.model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        key = relation.field
        if key.target_field == field and key.model._meta.managed:
            yield key
            yield from referring(key)


def refuse_other_changes(old: models.Field, new: models.Field, connection) -> None:
    def rest(field: models.Field) -> tuple:
        parameters = field.db_parameters(connection)
        return (
            field.column,
            field.null,
            field.primary_key,
            field.unique,
            field.db_index,
            field.db_default,
            parameters["check"],
            parameters.get("collation"),
            field.db_type_suffix(connection),
        )

    if rest(old) != rest(new):
        raise Refused(
            f"AlterFieldType changes more of {new} than its type.",
            "Change the rest (NULL, unique, index, default, check) in an AlterField of its own.",
        )


def retype(editor, field: models.Field) -> None:
    # Of PostgreSQL alone, and what it imports too.
    from .mirror import Mirror

    new_type = field.db_parameters(editor.connection)["type"]
    shadow = truncate_name(field.column, 56) + "_shadow"
    mirror = Mirror(editor, field.model, field.column, shadow)
    if mirror.has_type(new_type):
        # Done before, but for what a run that was killed has left.
        mirror.validate_keys_in(field.column)
        return
    mirror.refuse_misfits(new_type)
    try:
        mirror.make(new_type, both_ways=False)
    except DataRefused:
        # A row that came after the look. The trigger would refuse its writers from now on.
        mirror.turned().replace()
        raise
    mirror.replace(takes_name=True)
