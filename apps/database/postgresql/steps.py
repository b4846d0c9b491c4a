"""Every statement of a schema editor, taken to how it runs.

zero-downtime knows which statements an operation needs and which lock each takes: its templates
say what kind a statement is, never its text.
"""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as Stock
from django.db.backends.utils import strip_quotes
from django.db.models import Field
from django_zero_downtime_migrations.backends.postgres.schema import (
    DatabaseSchemaEditorMixin,
    PGLock,
)

from apps.database.backfilling import fill_nulls
from apps.database.errors import DataRefused, LockBusy
from apps.database.fetching import fetch_all, fetch_one
from apps.database.linting.statements import tables_shut
from apps.database.observer import Kind, Statement

from . import templates
from .cleaning import and_what_is_done, drop_invalid_index, drop_unvalidated, with_what_stays
from .offenders import refusal
from .running import Deadlocked, despite_deadlocks, look, run
from .templates import Careful, CreatesTable, DropsForeignKey, FillNulls, part

logger = logging.getLogger("django.db.backends.schema")

PARENT = """
SELECT relname FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
WHERE conrelid = to_regclass(%s) AND conname = (parse_ident(%s))[1] AND contype = 'f'
"""
EMPTY = "SELECT NOT EXISTS (SELECT 1 FROM {table})"
T = TypeVar("T")
ZeroDowntime = type("ZeroDowntime", (DatabaseSchemaEditorMixin,), templates.TEMPLATES)


class SteppingEditor(ZeroDowntime, Stock):
    """Executes what operations ask for, each statement as its kind asks for."""

    def __init__(self, connection, collect_sql=False, atomic=True):
        super().__init__(connection, collect_sql, atomic)
        self.IDEMPOTENT_SQL = not collect_sql
        # Tables that nobody else knows yet, as SQL names them.
        self.made: set[str] = set()
        # The field that is being altered, and those whose NULLs were filled, by table and column.
        self.altered: Field | None = None
        self.filled: dict[tuple[str, str], Field] = {}

    def execute(self, sql, params=()):
        if self.collect_sql or sql is templates.NOTHING:
            super().execute(sql, params)
            return
        sql = templates.filled(sql)
        if isinstance(sql, FillNulls):
            self._fill(sql, params)
        elif isinstance(sql, Careful):
            despite_deadlocks(self.connection, partial(self._take_all, sql, params))
        else:
            despite_deadlocks(self.connection, partial(self._take, sql, params))

    def execute_together(self, statements: Sequence[str], tables: Sequence[str] = ()) -> None:
        """Plain SQL in one transaction, tried again as a whole. `tables` are those it locks, by
        default those it names: it begins when nobody sits on them.
        """
        if self.collect_sql:
            for sql in statements:
                # Without parameters a percent sign is a percent sign.
                self.execute(sql, None)
            return

        def perform():
            with transaction.atomic(self.connection.alias):
                for sql in statements:
                    self._send(sql)
                if self.connection.also:
                    self.connection.also()

        statement = self._together(statements, tables)
        run(self.connection, statement, perform, self.connection.limits.sql_statement_ms)

    def _together(self, statements: Sequence[str], tables: Sequence[str]) -> Statement:
        text = "; ".join(sql.strip().rstrip(";") for sql in statements)
        shut = map(strip_quotes, tables or tables_shut(statements))
        return Statement(text, Kind.BRIEF, "ACCESS EXCLUSIVE", tuple(shut))

    def look(self, table: str, read: Callable[[], T]) -> T:
        """What `read` finds out about the table; who only collects SQL waits for nobody."""
        return read() if self.collect_sql else look(self.connection, [table], read)

    def _constraint_names(self, model, *columns, **kinds):
        """PostgreSQL locks the table to print what an index of an expression is made of."""
        read = partial(super()._constraint_names, model, *columns, **kinds)
        return self.look(model._meta.db_table, read)

    def _take(self, step: Any, params: Any) -> bool:
        """Whether there was anything to do: an earlier run may have got further than this."""
        is_known = isinstance(step, PGLock)
        if is_known and self._skip_applied(step.idempotent_condition):
            return False
        sql = str(templates.text_of(step))
        if params is not None:
            self.connection.ensure_connection()
            sql = self.connection.ops.compose_sql(sql, params)
        limits = self.connection.limits
        within = limits.statement_ms if is_known else limits.sql_statement_ms
        run(self.connection, self._statement(step, sql), lambda: self._send(sql), within)
        if isinstance(step, CreatesTable):
            self.made.add(part(step, "table"))
        return True

    def _take_all(self, steps: Careful, params: Any) -> None:
        table, name = part(steps.plain, "table"), part(steps.plain, "name")
        if name and table not in self.made:
            drop_invalid_index(self.connection, name)
        if self._is_empty(table):
            self._take(steps.plain, params)
            return
        added = False
        try:
            added = self._take(steps[0], params)
            self._fill_again(table, part(steps[0], "column"))
            for step in steps[1:]:
                self._take(step, params)
        except BaseException as error:
            if steps.makes:
                self._take_back(table, name, error, added)
            raise

    def _take_back(self, table: str, name: str, error: BaseException, added: bool) -> None:
        """What is left would refuse what clients write, or cost each write for nothing."""
        if not self.connection.is_usable():
            return
        refused = isinstance(error, IntegrityError) and refusal(self.connection, table, name)
        try:
            drop_invalid_index(self.connection, name)
            if added:
                drop_unvalidated(self.connection, table, name)
        except LockBusy as busy:
            if not refused:
                raise
            what = f"{refused.what}\n{name} still stands, and refuses new rows too.\n{busy.what}"
            raise DataRefused(what, busy.to_do) from error
        if refused:
            raise with_what_stays(self.connection, table, name, refused) from error
        if isinstance(error, LockBusy) and not isinstance(error, Deadlocked):
            what = and_what_is_done(self.connection, table, name, error)
            raise LockBusy(what, error.to_do) from error

    def _fill(self, sql: FillNulls, params: Any) -> None:
        table, column = sql.part("table"), sql.part("column")
        if table in self.made or self.altered is None:
            self._take(sql, params)
            return
        self.filled[table, column] = self.altered
        if not self._is_empty(table):
            fill_nulls(self.connection, self.altered)

    def _fill_again(self, table: str, column: str) -> None:
        """Rows written since without a value; from here on there can be no more of them."""
        if field := self.filled.pop((table, column), None):
            fill_nulls(self.connection, field)

    def _statement(self, step: Any, sql: str) -> Statement:
        tables = self._tables(step)
        kind = Kind.BRIEF
        if isinstance(step, CreatesTable) or (tables and self.made.issuperset(tables)):
            kind = Kind.FREE
        elif isinstance(step, PGLock) and step.disable_statement_timeout:
            kind = Kind.ONLINE
        if not (tables or isinstance(step, PGLock)):
            # SQL by hand: where it can be told whom it locks out, they are looked for too.
            tables = tables_shut([sql])
        return Statement(sql, kind, templates.lock_of(step), tuple(map(strip_quotes, tables)))

    def _tables(self, step: Any) -> list[str]:
        """As SQL names them."""
        named = [part(step, name) for name in ("table", "old_table", "to_table")]
        if isinstance(step, DropsForeignKey):
            parents = fetch_all(self.connection, PARENT, [part(step, "table"), part(step, "name")])
            named += [self.quote_name(parent) for (parent,) in parents]
        return list(filter(None, named))

    def _is_empty(self, table: str) -> bool:
        if table in self.made:
            return True
        try:
            return fetch_one(self.connection, EMPTY.format(table=table))[0]
        except OperationalError:
            # Locked, or full of rows that are no longer there: as good as in use.
            return False

    def _send(self, sql: str) -> None:
        logger.debug("%s; (params None)", sql, extra={"params": None, "sql": sql})
        with self.connection.cursor() as cursor:
            cursor.execute(sql, None)
