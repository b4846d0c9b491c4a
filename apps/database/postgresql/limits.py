"""How long a statement may keep others waiting, and wait for them itself."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus


@dataclass(frozen=True)
class Limits:
    """Of one connection: `connection.limits = Limits(budget_seconds=20)`."""

    # One attempt at a lock: nobody stands behind it for longer.
    lock_ms: int = 300
    # One attempt as a whole, the lock held; then what RunPython and RunSQL may take.
    statement_ms: int = 2_000
    sql_statement_ms: int = 5_000
    # All attempts at one statement and the waits between them.
    budget_seconds: float = 600
    # Who is there at two looks this far apart sits on the table; others pass by.
    look_seconds: float = 0.2
    # How long they may go on taking turns before a lock is asked for all the same.
    turns_seconds: float = 5
    # Autovacuum goes only when somebody waits in the queue, so it is left alone until then.
    evict_after_seconds: float = 60
    # The first pause after a lock was not to be had, and the longest.
    pause_seconds: float = 0.2
    longest_pause_seconds: float = 10
    # ONLINE statements wait behind one holder, and are looked at, so long and so often.
    behind_one_seconds: float = 1_200
    watch_seconds: float = 1
    # How often they are begun when each time PostgreSQL ends them for a deadlock.
    online_attempts: int = 5

    def pause(self, attempt: int) -> float:
        """Seconds after an attempt, counted from 0: longer each time, and never quite as long as
        others pause, or two that met once would meet again.
        """
        pause = min(self.pause_seconds * 2**attempt, self.longest_pause_seconds)
        return pause * random.uniform(0.5, 1.0)  # noqa: S311  Nothing secret.


READ = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
WRITE = "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)"


@contextmanager
def timeouts(connection: BaseDatabaseWrapper, lock_ms: int, statement_ms: int) -> Iterator[None]:
    """Both for a while, 0 being none; then what they were, by whomever they had been set."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        before = cursor.fetchone()
        cursor.execute(WRITE, [str(lock_ms), str(statement_ms)])
    try:
        yield
    finally:
        _restore(connection, before)


def _restore(connection: BaseDatabaseWrapper, before: tuple[str, str]) -> None:
    session = connection.connection
    # A session that is gone has no settings; a transaction that failed takes them back itself.
    if session is None or session.closed:
        return
    if session.info.transaction_status == TransactionStatus.INERROR:
        return
    with connection.cursor() as cursor:
        cursor.execute(WRITE, before)
