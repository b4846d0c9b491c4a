"""A rename that old and new code survive: the column stands there under both names for a while.

`ExpandRename("user", "suspended_reason", "suspension_reason")` before the deploy,
`ContractRename("user", "suspended_reason", "suspension_reason")` after it.

The cheapest rename needs neither: keep the column, by `db_column="suspended_reason"`.
"""

from django.db.migrations.operations import RenameField
from django.db.migrations.operations.base import OperationCategory
from django.db.migrations.operations.fields import FieldOperation
from syzygy.constants import Stage

from apps.database.errors import Refused

from .mentions import rename_mentions


class DualRename:
    """What the two halves share."""

    def mirror(self, app_label, schema_editor, state):
        """The old column with the new one as its copy; None where there is nothing to do.

        `state` knows the new name.
        """
        before = state.clone()
        before.rename_field(app_label, self.model_name_lower, self.new_name, self.old_name)
        model = before.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return None
        old = model._meta.get_field(self.old_name)
        new = state.apps.get_model(app_label, self.model_name)._meta.get_field(self.new_name)
        if old.column is None:
            raise Refused(f"{old} has no column to be renamed.", "Use RenameField.")
        if old.column == new.column:
            return None
        # Of PostgreSQL alone, and what it imports too.
        from .mirror import Mirror

        return Mirror(schema_editor, model, old.column, new.column)


class ExpandRename(DualRename, RenameField):
    """Before the deploy: a second column with the new name, and a trigger that keeps them alike.

    It is filled in batches, gets the indexes, keys and checks of the old one and is NOT NULL as
    that was. On SQLite, and in the models' state, it is RenameField.

    Until ContractRename the trigger takes a NULL that is inserted into the new column for "not
    given": where the old column has a default, the row gets that.
    """

    stage = Stage.PRE_DEPLOY

    def state_forwards(self, app_label, state):
        super().state_forwards(app_label, state)
        model = state.models[app_label, self.model_name_lower]
        rename_mentions(model, self.old_name, self.new_name)
        state.reload_model(app_label, self.model_name_lower, delay=True)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        elif mirror := self.mirror(app_label, schema_editor, to_state):
            mirror.make(both_ways=True)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif mirror := self.mirror(app_label, schema_editor, from_state):
            mirror.turned().replace()

    def describe(self):
        return f"Add {self.new_name} beside {self.old_name} on {self.model_name}"

    @property
    def migration_name_fragment(self):
        return f"expand_{self.model_name_lower}_{self.new_name_lower}"

    def reduce(self, operation, app_label):
        return False


class ContractRename(DualRename, FieldOperation):
    """After the deploy: the old column is dropped. The new one has its default and its identity,
    and its indexes and constraints the names that the old one's had.

    On SQLite, and in the models' state, ExpandRename has done it all.
    """

    category = OperationCategory.REMOVAL
    stage = Stage.POST_DEPLOY

    def __init__(self, model_name: str, old_name: str, new_name: str):
        super().__init__(model_name, old_name)
        self.old_name, self.new_name = old_name, new_name

    def state_forwards(self, app_label, state):
        """ExpandRename gave the field its name."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return
        if mirror := self.mirror(app_label, schema_editor, to_state):
            mirror.replace()

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return
        if mirror := self.mirror(app_label, schema_editor, to_state):
            mirror.turned().make(both_ways=True)

    def describe(self):
        return f"Drop {self.old_name} of {self.model_name}, which is {self.new_name} now"

    @property
    def migration_name_fragment(self):
        return f"contract_{self.model_name_lower}_{self.new_name.lower()}"

    def references_field(self, model_name, name, app_label):
        names = {self.old_name.lower(), self.new_name.lower()}
        return self.references_model(model_name, app_label) and name.lower() in names

    def reduce(self, operation, app_label):
        return False
