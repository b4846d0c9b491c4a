"""Indexes that a failed build has left invalid: listed before a run, dropped when asked for."""

import re
from collections.abc import Callable

from django.db.migrations.loader import MigrationLoader
from django.db.models import Index, UniqueConstraint

from apps.database.leftovers import InvalidIndex, invalid_indexes

# What REINDEX CONCURRENTLY and the like leave behind when they are stopped.
LEFT_BY_REINDEX = re.compile(r"_cc(new|old)\d*$")


def report_invalid(connection, say: Callable[[str], None], *, fix: bool) -> None:
    """Says which there are, and with `fix` drops those that cannot be anybody's but ours."""
    left = [index for index in invalid_indexes(connection) if index.builder_pid is None]
    ours = names_in_migrations(connection) if left and fix else set()
    for index in left:
        if fix and (LEFT_BY_REINDEX.search(bare(index)) or bare(index) in ours):
            drop(connection, index)
            say(f"Dropped the invalid index {index.name} on {index.table}.")
        else:
            say(
                f"The index {index.name} on {index.table} is invalid: each write pays for it, and "
                f"no read uses it. {index.remedy}"
            )


def bare(index: InvalidIndex) -> str:
    """Without the schema and the quotes."""
    return index.name.rpartition(".")[2].strip('"')


def names_in_migrations(connection) -> set[str]:
    state = MigrationLoader(connection).project_state()
    named = (
        one
        for model in state.models.values()
        for one in (*model.options.get("indexes", ()), *model.options.get("constraints", ()))
    )
    return {one.name for one in named if isinstance(one, Index | UniqueConstraint)}


def drop(connection, index: InvalidIndex) -> None:
    # Nothing of PostgreSQL is imported on SQLite.
    from apps.database.postgresql.cleaning import drop_invalid_index

    drop_invalid_index(connection, index.name)
