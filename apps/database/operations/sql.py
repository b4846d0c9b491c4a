"""SQL in a migration."""

from collections.abc import Sequence

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory


class PostgresSQL(Operation):
    """SQL for PostgreSQL alone: one statement or a list, all in one transaction.

    On SQLite it does nothing, in either direction. The models' state is left as it is.
    Without `reverse_sql` the operation cannot be undone, on SQLite neither.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def __init__(self, sql: str | Sequence[str], reverse_sql: str | Sequence[str] | None = None):
        self.sql = sql
        self.reverse_sql = reverse_sql
        self.reversible = reverse_sql is not None

    def deconstruct(self):
        arguments = [self.sql] if self.reverse_sql is None else [self.sql, self.reverse_sql]
        return self.__class__.__qualname__, arguments, {}

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._run(self.sql, app_label, schema_editor)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if self.reverse_sql is None:
            raise NotImplementedError("This SQL has no reverse.")
        self._run(self.reverse_sql, app_label, schema_editor)

    def describe(self):
        return "SQL for PostgreSQL"

    def _run(self, statements, app_label, schema_editor) -> None:
        connection = schema_editor.connection
        if connection.vendor != "postgresql":
            return
        if not router.allow_migrate(connection.alias, app_label):
            return
        statements = [statements] if isinstance(statements, str) else statements
        if statements:
            schema_editor.execute_together(statements)
