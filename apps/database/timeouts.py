"""A transaction with time limits of its own; the session's are back when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

SQL = "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)"


@contextmanager
def brief(connection, statement: str = "2s") -> Iterator[None]:
    """Who waits for one row has others locked that clients want, so it does not wait long."""
    with transaction.atomic(connection.alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(SQL, ["300ms", statement])
        yield
