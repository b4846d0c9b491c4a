"""What migrations that failed have left in a PostgreSQL database, theirs or anybody's."""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

INDEXES = """
SELECT index.indexrelid::regclass::text, index.indrelid::regclass::text,
    pg_relation_size(index.indexrelid), (
        SELECT min(pid) FROM pg_stat_progress_create_index WHERE index_relid = index.indexrelid
    )
FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indexrelid
WHERE NOT index.indisvalid AND class.relkind = 'i' AND class.relpersistence <> 't'
ORDER BY 1
"""
# What is NOT ENFORCED is not validated either, and no leftover: its definition tells.
CONSTRAINTS = """
SELECT quote_ident(conname), conrelid::regclass::text, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE NOT convalidated AND conrelid <> 0 AND pg_get_constraintdef(oid) LIKE '%% NOT VALID'
ORDER BY 2, 1
"""


@dataclass(frozen=True)
class InvalidIndex:
    """Costs every write, and serves no read. Being built still, if it has a builder."""

    name: str
    table: str
    size_bytes: int
    builder_pid: int | None

    @property
    def remedy(self) -> str:
        return f"DROP INDEX CONCURRENTLY {self.name};"


@dataclass(frozen=True)
class UnvalidatedConstraint:
    """Asked of every new row, while older ones were never looked at."""

    name: str
    table: str
    definition: str

    @property
    def remedy(self) -> str:
        return f"ALTER TABLE {self.table} VALIDATE CONSTRAINT {self.name};"


def invalid_indexes(connection: BaseDatabaseWrapper) -> list[InvalidIndex]:
    """In the whole database, by name; names are quoted where SQL would want them quoted."""
    return [InvalidIndex(*row) for row in _rows(connection, INDEXES)]


def unvalidated_constraints(connection: BaseDatabaseWrapper) -> list[UnvalidatedConstraint]:
    """In the whole database, by table and name."""
    return [UnvalidatedConstraint(*row) for row in _rows(connection, CONSTRAINTS)]


def _rows(connection: BaseDatabaseWrapper, sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, ())
        return cursor.fetchall()
