"""The full-text documents beside posts and comments, many at a time; PostgreSQL only.

Triggers keep each of them (migration 0002); a load fills them in bulk, and another dictionary
means to build them all again.
"""

from collections.abc import Callable

from django.db import connection, transaction

KEYS = {"posts": "post_id", "comments": "comment_id"}
"""Tables that have documents, and the documents' column that points to the row."""
ROWS_AT_A_TIME = 1_000


class UnknownDictionary(ValueError):
    """PostgreSQL has no text search configuration of this name."""


def fill(table: str) -> str:
    """SQL that writes the documents of rows that have none, from one id to another (%s, %s)."""
    return (
        f"INSERT INTO {table}_search ({KEYS[table]}, created_at, document) "  # noqa: S608  # nosec B608
        f"SELECT id, created_at, {table}_document({table}) FROM {table} WHERE id BETWEEN %s AND %s"
    )


def use_dictionary(name: str) -> None:
    """Take words apart as `name` does from now on: `simple`, `english`, …

    Documents made before keep their words until `rebuild` has gone over them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(cfgname) FROM pg_ts_config WHERE cfgname = %s", [name])
        found = cursor.fetchone()
        if found is None:
            cursor.execute("SELECT string_agg(cfgname, ', ' ORDER BY cfgname) FROM pg_ts_config")
            raise UnknownDictionary(f"There is no dictionary “{name}”, but {cursor.fetchone()[0]}.")
        cursor.execute(
            "CREATE OR REPLACE FUNCTION search_dictionary() RETURNS regconfig "
            f"LANGUAGE sql STABLE PARALLEL SAFE RETURN '{found[0]}'::regconfig"
        )


def rebuild(table: str, advance: Callable[[int], None] = lambda _: None) -> int:
    """Make every document of a table anew, a thousand rows a transaction; gives their number.

    Can be stopped and run again. Writers go on: who changes a row makes its document himself.
    """
    key, last, total = KEYS[table], 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            # Locked, so that a document made of the old text cannot replace one of the new.
            cursor.execute(
                f"""
                WITH slice AS (
                    SELECT written FROM {table} written WHERE id > %s
                    ORDER BY id LIMIT %s FOR NO KEY UPDATE
                ), made AS (
                    INSERT INTO {table}_search ({key}, created_at, document)
                    SELECT (written).id, (written).created_at, {table}_document(written)
                    FROM slice
                    ON CONFLICT ({key}) DO UPDATE
                    SET created_at = EXCLUDED.created_at, document = EXCLUDED.document
                    RETURNING {key}
                )
                SELECT count(*), max({key}) FROM made
                """,  # noqa: S608  # nosec B608  (names from KEYS)
                [last, ROWS_AT_A_TIME],
            )
            rows, reached = cursor.fetchone()
        if not rows:
            return total
        last, total = reached, total + rows
        advance(rows)
