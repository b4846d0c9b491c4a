"""What stands in the way before a statement, and what one that failed leaves behind."""

import time

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.database.errors import DataRefused, LockBusy
from apps.database.fetching import fetch_one
from apps.database.observer import Kind, Statement

from .running import run

INDEX = """
SELECT indisvalid, relname, (
    SELECT min(pid) FROM pg_stat_progress_create_index WHERE index_relid = indexrelid
) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE indexrelid = to_regclass(%s)
"""
# A foreign key is dropped from both its tables.
CONSTRAINT = """
SELECT ARRAY(SELECT relname FROM pg_class WHERE oid IN (conrelid, confrelid))
FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND conname = (parse_ident(%s))[1] AND NOT convalidated
"""
WHOLE = """
SELECT to_regclass(%s) IS NOT NULL OR EXISTS (
    SELECT FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = (parse_ident(%s))[1]
)
"""


def drop_invalid_index(connection: BaseDatabaseWrapper, name: str) -> None:
    """Of an earlier build that failed. One that is still being built is waited for first: its
    client may be gone, and the server's process makes it valid all the same.
    """
    began = time.monotonic()
    while (found := fetch_one(connection, INDEX, [name])) and not found[0]:
        _valid, table, builder = found
        if builder is None:
            _drop_index(connection, name, table)
        elif time.monotonic() - began < connection.limits.behind_one_seconds:
            time.sleep(connection.limits.watch_seconds)
        else:
            raise LockBusy(
                f"{table}: pid {builder} has been building {name} for too long.",
                f"Run again when it has ended, or end it: SELECT pg_terminate_backend({builder});",
            )


def drop_unvalidated(connection: BaseDatabaseWrapper, table: str, name: str) -> None:
    """A constraint that rows do not meet: left in place it refuses what clients write."""
    if found := fetch_one(connection, CONSTRAINT, [table, name]):
        sql = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        _run(connection, Statement(sql, Kind.BRIEF, "ACCESS EXCLUSIVE", tuple(found[0])))


def with_what_stays(
    connection: BaseDatabaseWrapper, table: str, name: str, refused: DataRefused
) -> DataRefused:
    """A constraint that stood there before this run is not the run's to drop. It may be of one
    that was killed, and clients should not have to find out.
    """
    if fetch_one(connection, CONSTRAINT, [table, name]) is None:
        return refused
    return DataRefused(
        f"{refused.what}\n{name} stood there before this run, and refuses new rows too.",
        f"{refused.to_do} To let such rows in until then: "
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def and_what_is_done(connection: BaseDatabaseWrapper, table: str, name: str, busy: LockBusy) -> str:
    """What is whole is not taken back: built again it would cost the same once more. But it is
    asked of clients from now on, and they should not have to find out.
    """
    if not fetch_one(connection, WHOLE, [name, table, name])[0]:
        return busy.what
    return f"{busy.what}\n{name} stands already, new rows must meet it, and the next run goes on."


def _drop_index(connection: BaseDatabaseWrapper, name: str, table: str) -> None:
    sql = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    _run(connection, Statement(sql, Kind.ONLINE, "SHARE UPDATE EXCLUSIVE", (table,)))


def _run(connection: BaseDatabaseWrapper, statement: Statement) -> None:
    def perform():
        with connection.cursor() as cursor:
            cursor.execute(statement.sql)

    run(connection, statement, perform)
