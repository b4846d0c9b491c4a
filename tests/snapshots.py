"""What a database is, schema and data, so that two moments of it can be compared."""

from dataclasses import dataclass, field
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

COLUMNS = {
    "postgresql": """
        SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
               pg_get_expr(adbin, adrelid)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
    """,
    "sqlite": 'SELECT name, lower(type), "notnull", pk, dflt_value FROM pragma_table_info(%s)',
}
# Indexes, constraints and triggers: name → what it is.
OBJECTS = {
    "postgresql": """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) || ' ' || indisvalid
        FROM pg_index WHERE indrelid = %s::regclass
        UNION ALL SELECT conname, pg_get_constraintdef(oid) || ' ' || convalidated
        FROM pg_constraint WHERE conrelid = %s::regclass AND contype <> 'n'
        UNION ALL SELECT tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
    """,
    "sqlite": """
        SELECT name, sql FROM sqlite_master
        WHERE tbl_name = %s AND type <> 'table' AND sql IS NOT NULL
    """,
}
FUNCTIONS = """
    SELECT oid::regprocedure::text, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
# What migrations write of themselves.
JOURNAL = {"database_backfill", "database_migrationrun"}


@dataclass
class Table:
    """`columns` and `objects` by name; `rows` are dicts, in an order of their own."""

    columns: dict[str, tuple] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


def snapshot(connection: BaseDatabaseWrapper) -> dict[str, Table]:
    """Every table but Django's list of what is applied, by name; functions under "()"."""
    names = set(connection.introspection.table_names()) - {"django_migrations"}
    with connection.cursor() as cursor:
        tables = {name: table(connection, cursor, name) for name in sorted(names)}
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTIONS)
            tables["()"] = Table(objects=dict(cursor.fetchall()))
    return tables


def table(connection, cursor, name: str) -> Table:
    quoted = connection.ops.quote_name(name)
    is_sqlite = connection.vendor == "sqlite"
    known_as = name if is_sqlite else quoted
    cursor.execute(COLUMNS[connection.vendor], [known_as])
    columns = {column: tuple(rest) for column, *rest in cursor.fetchall()}
    cursor.execute(OBJECTS[connection.vendor], [known_as] * OBJECTS[connection.vendor].count("%s"))
    objects = dict(cursor.fetchall())
    if is_sqlite:
        objects |= parts(cursor, name)
    if name in JOURNAL:
        return Table(columns, objects)
    cursor.execute(f"SELECT * FROM {quoted}")
    names = [one[0] for one in cursor.description]
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]
    return Table(columns, objects, sorted(rows, key=in_order))


def in_order(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


def parts(cursor, name: str) -> dict[str, str]:
    """What the text that made a table on SQLite says, column by column and check by check."""
    cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", [name])
    inner = cursor.fetchone()[0].partition("(")[2].rpartition(")")[0]
    depth, found = 0, [""]
    for character in inner:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return {part.strip(): "" for part in found}


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
