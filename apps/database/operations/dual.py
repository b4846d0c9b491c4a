"""Columns that old and new code can use at once: renamed, or given another type, by dual writes.

`ExpandRename("user", "suspended_reason", "suspension_reason")` before the deploy,
`ContractRename("user", "suspended_reason", "suspension_reason")` after it.
`AlterFieldType("post", "views", models.BigIntegerField(default=0))` before it.

The cheapest rename needs none of it: keep the column, by `db_column="suspended_reason"`.
"""

from django.db.migrations.operations import AlterField, RenameField
from syzygy.constants import Stage


class ExpandRename(RenameField):
    """Before the deploy: the column stands there under both names, and a trigger keeps them alike.

    The new one is filled in batches, has the indexes, keys and checks of the old one and is NOT
    NULL as it was. On SQLite, and in the models' state, it is RenameField.

    Until ContractRename the trigger reads a NULL inserted into the new column as "not given":
    where the old column has a default, the row gets that.
    """

    stage = Stage.PRE_DEPLOY

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class ContractRename(RenameField):
    """After the deploy: the old column goes, what its default and identity were passes on.

    The indexes and constraints have the old ones' names again. On SQLite, and in the models'
    state, nothing is left to do.
    """

    stage = Stage.POST_DEPLOY

    def state_forwards(self, app_label, state):
        """ExpandRename gave the field its name."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)

    def reduce(self, operation, app_label):
        return False


class AlterFieldType(AlterField):
    """Before the deploy: a field gets a type that PostgreSQL would have to rewrite its table for.

    A second column, kept alike by a trigger, is filled in batches, gets the indexes, keys and
    checks of the first, and takes its place in one short transaction. A primary key takes along
    the columns that refer to it. On SQLite, and in the models' state, it is AlterField.

    For types that both releases read, such as integer → bigint. The way down is the same, and
    rows that do not fit the narrower type refuse it.
    """

    stage = Stage.PRE_DEPLOY

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        _sqlite_only(schema_editor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def _sqlite_only(schema_editor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        raise NotImplementedError("Not on PostgreSQL yet.")
