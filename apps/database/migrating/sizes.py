"""How large a table is, by the database's statistics: nothing is counted on PostgreSQL."""

from typing import NamedTuple

from django.db import OperationalError


class Size(NamedTuple):
    rows: int
    bytes: int


NOTHING = Size(0, 0)
# A table that was never analyzed has reltuples of -1; what was written since the start is counted.
# Its files are measured under a lock, which is not there while somebody keeps all others out.
STATISTICS = """
SELECT CASE WHEN reltuples < 0 THEN pg_stat_get_live_tuples(oid) ELSE reltuples END::bigint,
    CASE WHEN EXISTS (
        SELECT FROM pg_locks WHERE relation = pg_class.oid AND mode = 'AccessExclusiveLock'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pid IS DISTINCT FROM pg_backend_pid()
    ) THEN relpages * current_setting('block_size')::bigint ELSE pg_table_size(oid) END
FROM pg_class WHERE oid = to_regclass(%s)
"""


def size_of(connection, table: str) -> Size:
    """NOTHING where there is no such table. On SQLite the rows are those of the last key."""
    if not table:
        return NOTHING
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            found = _by_statistics(cursor, name)
        elif table in connection.introspection.table_names(cursor):
            # The end of the tree, not a walk through it.
            cursor.execute(f"SELECT coalesce(max(rowid), 0), 0 FROM {name}")  # noqa: S608  # nosec B608
            found = cursor.fetchone()
        else:
            found = None
    return Size(*found) if found else NOTHING


def _by_statistics(cursor, name: str) -> tuple | None:
    try:
        cursor.execute(STATISTICS, [name])
        return cursor.fetchone()
    except OperationalError:
        # Somebody locked it since the look: for a size nobody is waited for.
        return None
