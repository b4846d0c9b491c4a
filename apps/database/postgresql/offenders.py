"""Which rows do not meet a constraint, or stand in the way of a unique index, by their keys."""

from contextlib import suppress

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import strip_quotes

from apps.database.errors import DataRefused
from apps.database.fetching import fetch_all, fetch_one

from .limits import timeouts

NAMED = 10
NAMED_ALIKE = 5
# Every row may have to be read once more.
LOOKING_MS = 60_000
KEY = """
SELECT ARRAY(
    SELECT quote_ident(attname) FROM unnest(indkey::int2[]) WITH ORDINALITY AS of(number, place)
    JOIN pg_attribute ON attrelid = indrelid AND attnum = number ORDER BY place
) FROM pg_index WHERE indrelid = to_regclass(%s) AND indisprimary
"""
CONSTRAINT = """
SELECT pg_get_expr(conbin, conrelid), nullif(confrelid, 0)::regclass::text, ARRAY(
    SELECT quote_ident(attname) FROM unnest(conkey) WITH ORDINALITY AS of(number, place)
    JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place
), ARRAY(
    SELECT quote_ident(attname) FROM unnest(confkey) WITH ORDINALITY AS of(number, place)
    JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place
) FROM pg_constraint WHERE conrelid = to_regclass(%s) AND conname = (parse_ident(%s))[1]
"""
# PostgreSQL 14 knows of no index in which nulls are alike.
INDEX = """
SELECT ARRAY(
    SELECT pg_get_indexdef(indexrelid, place, true) FROM generate_series(1, indnkeyatts) AS place
), pg_get_expr(indpred, indrelid),
    coalesce((to_jsonb(pg_index) ->> 'indnullsnotdistinct')::boolean, false)
FROM pg_index WHERE indexrelid = to_regclass(%s)
"""
# Names and expressions come from the catalog, quoted by it.
UNMET = "SELECT {key} FROM {table} WHERE NOT ({check}) LIMIT {limit}"
FATHERLESS = """
SELECT {key} FROM {table} AS child WHERE {given}
    AND NOT EXISTS (SELECT 1 FROM {parent} AS parent WHERE {same}) LIMIT {limit}
"""
# A million rows may be alike.
ALIKE = """
SELECT array_to_string((array_agg({key} ORDER BY {columns}))[:{named}], ', ')
    || CASE WHEN count(*) > {named} THEN ' and ' || count(*) - {named} || ' more' ELSE '' END
FROM {table} WHERE {given}
GROUP BY {parts} HAVING count(*) > 1 LIMIT {limit}
"""


def refusal(connection: BaseDatabaseWrapper, table: str, name: str) -> DataRefused:
    """Asked before the constraint or index that tells what was wanted is dropped."""
    rows = []
    # Without their keys it is a refusal all the same.
    with suppress(OperationalError), timeouts(connection, 300, LOOKING_MS):
        rows = offenders(connection, table, name)
    some = "; ".join(rows[:NAMED]) + ("; and more" if len(rows) > NAMED else "")
    what = f"{strip_quotes(table)}: rows do not meet {strip_quotes(name)}: "
    return DataRefused(
        f"{what}{some or 'which ones could not be found'}.",
        "Mend these rows and run again.",
    )


def offenders(connection: BaseDatabaseWrapper, table: str, name: str) -> list[str]:
    """`id 7`, or `id 7, 9` for rows that are alike; one more than are named, if there are."""
    columns = (fetch_one(connection, KEY, [table]) or [["ctid"]])[0]
    key = f"({', '.join(columns)})::text" if len(columns) > 1 else f"{columns[0]}::text"
    common = {"key": key, "table": table, "limit": NAMED + 1}
    alike = {"columns": ", ".join(columns), "named": NAMED_ALIKE}
    if constraint := fetch_one(connection, CONSTRAINT, [table, name]):
        sql = _of_constraint(common, *constraint)
    elif index := fetch_one(connection, INDEX, [name]):
        sql = _of_index(common | alike, *index)
    else:
        return []
    return [f"{', '.join(columns)} {row[0]}" for row in fetch_all(connection, sql)]


def _of_constraint(common: dict, check: str, parent: str, columns: list, parents: list) -> str:
    if check:
        return UNMET.format(check=check, **common)
    given = " AND ".join(f"child.{column} IS NOT NULL" for column in columns)
    pairs = zip(columns, parents, strict=True)
    same = " AND ".join(f"parent.{theirs} = child.{ours}" for ours, theirs in pairs)
    return FATHERLESS.format(given=given, parent=parent, same=same, **common)


def _of_index(common: dict, keys: list[str], predicate: str | None, nulls_alike: bool) -> str:
    parts = [f"({key})" for key in keys]
    given = [f"({predicate})"] if predicate else ["true"]
    given += [] if nulls_alike else [f"{part} IS NOT NULL" for part in parts]
    return ALIKE.format(given=" AND ".join(given), parts=", ".join(parts), **common)
