"""A server that does not answer, or goes away meanwhile, is a sentence and no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import OperationalError

SAFE = "It is safe to run again."


@contextmanager
def reached(connection) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        session = connection.connection
        # SQLite's has no such thing as an end.
        if session is not None and not getattr(session, "closed", False):
            raise
        reason = str(error).strip()
        raise CommandError(f"The database cannot be reached: {reason}\n{SAFE}") from None
