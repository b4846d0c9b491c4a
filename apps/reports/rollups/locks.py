"""One refresh at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Any number that no other lock of this database has: "rollups" read as bytes.
LOCK = int.from_bytes(b"rollups")


class Busy(Exception):
    """Another refresh is at a batch."""


@contextmanager
def turn() -> Iterator[None]:
    """A transaction that no other refresh runs beside. Raises Busy.

    The lock ends with the transaction, so it can neither stay behind nor be lost with a
    connection. SQLite's transactions begin with its one lock.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
                if not cursor.fetchone()[0]:
                    raise Busy
        yield
