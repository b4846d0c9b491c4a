"""PostgreSQL tables without what makes a load slow, in one transaction.

Indexes, unique constraints and foreign keys are dropped and the search triggers switched off,
then all of it put back from PostgreSQL's own definitions. It happens in the caller's transaction:
whatever ends the process, even `kill -9`, leaves the tables as they were.
"""

from typing import NamedTuple

DEFINITIONS = """
SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
       'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' '
           || pg_get_constraintdef(oid), conname, contype = 'f'
FROM pg_constraint
WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('f', 'u', 'x') AND conparentid = 0
UNION ALL
SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid),
       indexrelid::regclass::text, false
FROM pg_index
WHERE indrelid = ANY(%(tables)s::regclass[]) AND NOT indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY 4, 3
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
  AND tgfoid::regproc::text = tgrelid::regclass || '_search_refresh'
"""


class Definition(NamedTuple):
    drop: str
    create: str
    name: str


def strip(cursor, tables: list[str]) -> list[Definition]:
    """Make the tables bare but for primary keys and checks; gives what `put_back` needs, in order.

    Foreign keys come last: they need the unique indexes, and lock the tables they point to.
    """
    cursor.execute(DEFINITIONS, {"tables": tables})
    found = [Definition(*row[:3]) for row in cursor.fetchall()]
    for definition in reversed(found):
        cursor.execute(definition.drop)
    return found


def search_triggers(cursor, tables: list[str]) -> list[tuple[str, str]]:
    """The triggers that keep the search documents, as (table, trigger)."""
    cursor.execute(TRIGGERS, [tables])
    return cursor.fetchall()


def switch(cursor, triggers: list[tuple[str, str]], state: str) -> None:
    for table, trigger in triggers:
        cursor.execute(f"ALTER TABLE {table} {state} TRIGGER {trigger}")
