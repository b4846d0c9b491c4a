"""How large a table is, by the database's statistics: nothing is counted on PostgreSQL."""

from typing import NamedTuple


class Size(NamedTuple):
    rows: int
    bytes: int


NOTHING = Size(0, 0)
# A table that was never analyzed has reltuples of -1; what was written since the start is counted.
STATISTICS = """
SELECT CASE WHEN reltuples < 0 THEN pg_stat_get_live_tuples(oid) ELSE reltuples END::bigint,
    pg_table_size(oid)
FROM pg_class WHERE oid = to_regclass(%s)
"""


def size_of(connection, table: str) -> Size:
    """NOTHING where there is no such table. On SQLite the rows are those of the last key."""
    if not table:
        return NOTHING
    name = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(STATISTICS, [name])
            found = cursor.fetchone()
        elif table in connection.introspection.table_names(cursor):
            # The end of the tree, not a walk through it.
            cursor.execute(f"SELECT coalesce(max(rowid), 0), 0 FROM {name}")  # noqa: S608  # nosec B608
            found = cursor.fetchone()
        else:
            found = None
    return Size(*found) if found else NOTHING
