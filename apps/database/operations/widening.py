"""A text that may be longer: its way down keeps the column as wide as it is."""

from django.db.migrations.operations import AlterField


class WidenField(AlterField):
    """A longer `max_length`. Narrower again, rows that have grown would refuse it, and PostgreSQL
    would read all of them with everybody shut out; old code minds no longer column.
    """

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        elif schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.name} stays as wide as it is.")

    def describe(self):
        return f"Widen field {self.name} on {self.model_name}; the way down keeps it wide"

    @property
    def migration_name_fragment(self):
        return f"widen_{self.model_name_lower}_{self.name_lower}"
