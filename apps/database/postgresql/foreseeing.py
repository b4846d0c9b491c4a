"""An editor that executes nothing, and keeps what it would have executed."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.utils import strip_quotes

from apps.database.fetching import fetch_one
from apps.database.observer import Kind, Statement

from . import templates
from .editor import DatabaseSchemaEditor
from .templates import Careful, CreatesTable, FillNulls, part

EXISTS = "SELECT to_regclass(%s) IS NOT NULL"


class ForeseeingEditor(DatabaseSchemaEditor):
    """`made` are the tables that steps before it make; it adds its own. To operations it is one
    that collects SQL.
    """

    def __init__(self, connection, made: set[str]):
        super().__init__(connection, collect_sql=True)
        self.made = made
        self.foreseen: list[Statement] = []

    def execute(self, sql, params=()):
        if sql is templates.NOTHING:
            return
        sql = templates.filled(sql)
        if isinstance(sql, FillNulls):
            table = strip_quotes(sql.part("table"))
            self._note(Statement(str(sql), Kind.BATCHED, "ROW EXCLUSIVE", (table,)))
        elif isinstance(sql, Careful):
            for step in [sql.plain] if self._is_empty(part(sql.plain, "table")) else sql:
                self._foresee(step)
        else:
            self._foresee(sql)

    def execute_together(self, statements: Sequence[str], tables: Sequence[str] = ()) -> None:
        self._note(self._together(statements, tables))

    def _foresee(self, step: Any) -> None:
        self._note(self._statement(step, str(templates.text_of(step))))
        if isinstance(step, CreatesTable):
            self.made.add(part(step, "table"))

    def _note(self, statement: Statement) -> None:
        # What Django looks up it finds again, as long as it was not executed.
        if statement not in self.foreseen:
            self.foreseen.append(statement)

    def _is_empty(self, table: str) -> bool:
        exists = fetch_one(self.connection, EXISTS, [table])[0]
        return not exists or super()._is_empty(table)
