"""What a database is, schema and data, so that two moments of it can be compared."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Table, column, and what the column is.
COLUMNS = {
    "postgresql": """
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
               pg_get_expr(adbin, adrelid)
        FROM pg_attribute JOIN pg_class AS class ON class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND attnum > 0 AND NOT attisdropped
    """,
    "sqlite": """
        SELECT made.name, part.name, lower(part.type), "notnull", pk, dflt_value
        FROM sqlite_master AS made, pragma_table_info(made.name) AS part WHERE made.type = 'table'
    """,
}
# Table, name, and what has the name: an index, a constraint, a trigger.
OBJECTS = {
    "postgresql": """
        SELECT indrelid::regclass::text, indexrelid::regclass::text,
               pg_get_indexdef(indexrelid) || ' ' || indisvalid FROM pg_index
        UNION ALL SELECT conrelid::regclass::text, conname,
               pg_get_constraintdef(oid) || ' ' || convalidated
        FROM pg_constraint WHERE conrelid <> 0 AND contype <> 'n'
        UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT '()', oid::regprocedure::text, pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL",
}
NOT_COMPARED = {"django_migrations", "sqlite_sequence"}
# What migrations write of themselves.
JOURNAL = {"database_backfill", "database_migrationrun"}


@dataclass
class Table:
    """`columns` and `objects` by name; `rows` are dicts, in an order of their own."""

    columns: dict[str, tuple] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


def snapshot(connection: BaseDatabaseWrapper) -> dict[str, Table]:
    """Every table by its name; PostgreSQL's functions are the objects of "()"."""
    tables = defaultdict(Table)
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS[connection.vendor])
        for name, column, *rest in cursor.fetchall():
            tables[name].columns[column] = tuple(rest)
        known = set(tables) | {"()"}
        cursor.execute(OBJECTS[connection.vendor])
        for name, thing, text in cursor.fetchall():
            if name in known:
                parts = parts_of(text) if name == thing else {thing: text}
                tables[name].objects |= parts
        for name in known - NOT_COMPARED - JOURNAL - {"()"}:
            tables[name].rows = rows_of(cursor, connection.ops.quote_name(name))
    return {name: table for name, table in tables.items() if name not in NOT_COMPARED}


def rows_of(cursor, quoted: str) -> list[dict[str, Any]]:
    cursor.execute(f"SELECT * FROM {quoted}")
    names = [one[0] for one in cursor.description]
    rows = [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]
    return sorted(rows, key=in_order)


def in_order(row: dict[str, Any]) -> str:
    return repr(sorted(row.items()))


def parts_of(text: str) -> dict[str, str]:
    """What the text that made a table on SQLite says, column by column and check by check."""
    depth, found = 0, [""]
    for character in text.partition("(")[2].rpartition(")")[0]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return {part.strip(): "" for part in found}


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
