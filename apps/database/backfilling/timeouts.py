"""Transactions with time limits of their own; the session's are back when they end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

SQL = "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)"


@contextmanager
def brief(connection) -> Iterator[None]:
    """Who waits for one row has others locked that clients want, so it does not wait long."""
    with _within(connection, "300ms", "2s"):
        yield


@contextmanager
def _within(connection, lock: str, statement: str) -> Iterator[None]:
    with transaction.atomic(connection.alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(SQL, [lock, statement])
        yield
