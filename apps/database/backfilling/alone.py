"""One runner for each backfill."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

import django.db

from apps.database.fetching import fetch_one

# The first half of the key of our advisory locks; the second one is the backfill's name.
BACKFILLS = 0xBACF
POLL_SECONDS = 0.5


def key(name: str) -> tuple[int, int]:
    """Of the advisory lock, as two numbers of PostgreSQL's `integer`."""
    return BACKFILLS, crc32(name.encode()) - 2**31


@contextmanager
def alone(connection, name: str, waits: Callable[[str], None]) -> Iterator[None]:
    """Waits for another runner to end, or to be killed: then this one takes over.

    Polled, because who waits within a statement has a snapshot, which index builds wait for.
    On SQLite nothing keeps two apart: they take turns, each batch begins where the last ended.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not _ask(connection, "SELECT pg_try_advisory_lock(%s, %s)", name):
        waits(_who_runs(connection, name))
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        # With a connection that broke the lock is gone too.
        with suppress(django.db.Error):
            _ask(connection, "SELECT pg_advisory_unlock(%s, %s)", name)


def _who_runs(connection, name: str) -> str:
    sql = """
        SELECT max(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s::integer::oid
    """
    pid = _ask(connection, sql, name)
    return f"pid {pid} runs it; this one takes over when it ends"


def _ask(connection, sql: str, name: str):
    return fetch_one(connection, sql, key(name))[0]
