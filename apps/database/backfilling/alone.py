"""One runner for each backfill."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

import django.db

from apps.database.errors import LockBusy
from apps.database.fetching import fetch_one

# The first half of the key of our advisory locks; the second one is the backfill's name.
BACKFILLS = 0xBACF
POLL_SECONDS = 0.5
# As long as a `migrate` waits for that of another host.
PATIENCE_SECONDS = 1_800.0


def key(name: str) -> tuple[int, int]:
    """Of the advisory lock, as two numbers of PostgreSQL's `integer`."""
    return BACKFILLS, crc32(name.encode()) - 2**31


@contextmanager
def alone(connection, name: str, waits: Callable[[str], None]) -> Iterator[None]:
    """Waits for another runner to end, or to be killed: then this one takes over. LockBusy when
    that takes too long.

    Polled, because who waits within a statement has a snapshot, which index builds wait for.
    On SQLite nothing keeps two apart: they take turns, each batch begins where the last ended.
    """
    if connection.vendor != "postgresql":
        yield
        return
    until = time.monotonic() + PATIENCE_SECONDS
    while not _ask(connection, "SELECT pg_try_advisory_lock(%s, %s)", name):
        pid = _who_runs(connection, name)
        if time.monotonic() >= until:
            raise LockBusy(
                f"pid {pid} has been running the backfill {name} for longer than we may wait "
                f"({PATIENCE_SECONDS / 60:.0f} min).",
                "Run this again when it has ended: it goes on from there. If it hangs, "
                f"`SELECT pg_terminate_backend({pid})` ends it.",
            )
        waits(f"pid {pid} runs it; this one takes over when it ends")
        time.sleep(POLL_SECONDS)
    try:
        yield
    finally:
        # With a connection that broke the lock is gone too.
        with suppress(django.db.Error):
            _ask(connection, "SELECT pg_advisory_unlock(%s, %s)", name)


def _who_runs(connection, name: str) -> int | None:
    sql = """
        SELECT max(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s::integer::oid
    """
    return _ask(connection, sql, name)


def _ask(connection, sql: str, name: str):
    return fetch_one(connection, sql, key(name))[0]
