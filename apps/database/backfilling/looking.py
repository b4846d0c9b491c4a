"""What a backfill reads of its table outside of batches."""

from collections.abc import Callable
from typing import TypeVar

from django.db import connections

from .work import Work

T = TypeVar("T")


def look(work: Work, read: Callable[[], T]) -> T:
    """What `read` finds there, however many rows it looks at. Who keeps the table to himself is
    waited for, and named when he stays.
    """
    connection = connections[work.using]
    if connection.vendor != "postgresql":
        return read()
    # Nothing of PostgreSQL is imported on SQLite.
    from apps.database.postgresql import running

    return running.look(connection, [work.table], read)
