"""What migrations that failed have left in a PostgreSQL database, theirs or anybody's."""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from .fetching import fetch_all

INDEXES = """
SELECT index.indexrelid::regclass::text, index.indrelid::regclass::text,
    (
        SELECT min(pid) FROM pg_stat_progress_create_index WHERE index_relid = index.indexrelid
    )
FROM pg_index AS index JOIN pg_class AS class ON class.oid = index.indexrelid
WHERE NOT index.indisvalid AND class.relkind = 'i' AND class.relpersistence <> 't'
ORDER BY 1
"""
# What is NOT ENFORCED, from PostgreSQL 18 on, is not validated either, and no leftover. For its
# definition a constraint's table is locked, and whoever keeps all others out is waited for.
CONSTRAINTS = """
SELECT quote_ident(conname), conrelid::regclass::text,
    CASE WHEN %s THEN pg_get_constraintdef(oid) ELSE '' END
FROM pg_constraint
WHERE NOT convalidated AND conrelid <> 0
    AND coalesce((to_jsonb(pg_constraint) ->> 'conenforced')::boolean, true)
ORDER BY 2, 1
"""


@dataclass(frozen=True)
class InvalidIndex:
    """Costs every write, and serves no read. Being built still, if it has a builder."""

    name: str
    table: str
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
    return [InvalidIndex(*row) for row in fetch_all(connection, INDEXES)]


def unvalidated_constraints(
    connection: BaseDatabaseWrapper, *, defined: bool = True
) -> list[UnvalidatedConstraint]:
    """In the whole database, by table and name. Unless they are to be `defined`, nothing is
    waited for, and their definitions are empty.
    """
    return [UnvalidatedConstraint(*row) for row in fetch_all(connection, CONSTRAINTS, [defined])]
