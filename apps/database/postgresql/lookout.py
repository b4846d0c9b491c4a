"""Looks at who holds the tables before a lock is asked for.

Who asks for a lock and waits for it in the queue stops everybody who comes after, however little
they want. Measured behind a transaction idle for ten seconds: in the queue all clients stood
still for nine seconds, outside of it for 13 ms.
"""

import time

from django.db.backends.base.base import BaseDatabaseWrapper

from apps.database.errors import LockBusy
from apps.database.fetching import fetch_one
from apps.database.locks import Holder, HolderKind, holders_of, missing_grant
from apps.database.observer import Statement

EVICTION_SLACK_MS = 300
DEADLOCK_TIMEOUT = "SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'"


class Lookout:
    """For one statement, from its first attempt to its last."""

    def __init__(self, connection: BaseDatabaseWrapper, statement: Statement):
        self.connection = connection
        self.statement = statement
        self.limits = connection.limits
        self.began = time.monotonic()
        # Who was there at the last look, since when, by their transactions; and who sat there.
        self.holders: list[Holder] = []
        self.since: dict[str, float] = {}
        self.sitting: list[Holder] = []
        self.has_evicted = False

    def wait(self) -> int:
        """Returns when a lock may be asked for, with how many milliseconds to wait for it."""
        while sitting := self._who_sits():
            self._tell(sitting)
            if self._is_for_eviction(sitting):
                return self._deadlock_timeout_ms() + EVICTION_SLACK_MS
            if self._take_turns():
                break
            self._check_budget()
        return self.limits.lock_ms

    def pause(self, attempt: int) -> None:
        """After an attempt that got no lock."""
        self._check_budget()
        time.sleep(self.limits.pause(attempt))

    def _who_sits(self) -> list[Holder]:
        """Who is there at two looks. Who is seen once goes by, and is not waited for."""
        before = self.since or self._look()
        if not before:
            return []
        time.sleep(self.limits.look_seconds)
        self._look()
        return [holder for holder in self.holders if holder.transaction in before]

    def _look(self) -> dict[str, float]:
        now = time.monotonic()
        tables = [self.connection.ops.quote_name(table) for table in self.statement.tables]
        lock = self.statement.lock
        self.holders = holders_of(self.connection, tables, lock) if tables else []
        seen = self.since
        self.since = {one.transaction: seen.get(one.transaction, now) for one in self.holders}
        return self.since

    def _tell(self, sitting: list[Holder]) -> None:
        if [one.transaction for one in sitting] != [one.transaction for one in self.sitting]:
            self.connection.observer.waits(self.statement, sitting)
        self.sitting = sitting

    def _seconds(self, holder: Holder) -> float:
        return time.monotonic() - self.since[holder.transaction]

    def _take_turns(self) -> bool:
        """Many short transactions, one of them always there: none can be waited for."""
        turns = self.limits.turns_seconds
        waited = time.monotonic() - self.began
        return waited > turns and max(map(self._seconds, self.sitting)) < turns / 5

    def _is_for_eviction(self, sitting: list[Holder]) -> bool:
        """Autovacuum goes when somebody has waited for `deadlock_timeout`, and never by itself
        on a table that is always being written to. Against wraparound it does not go at all.
        """
        vacuums = [one for one in sitting if one.kind != HolderKind.CLIENT]
        if max(map(self._seconds, vacuums), default=0) < self.limits.evict_after_seconds:
            return False
        if any(one.kind == HolderKind.ANTI_WRAPAROUND for one in vacuums):
            self._give_up("It gives way to nobody: run again when it has ended.")
        first, self.has_evicted = not self.has_evicted, True
        return first and len(vacuums) == len(sitting)

    def _deadlock_timeout_ms(self) -> int:
        return fetch_one(self.connection, DEADLOCK_TIMEOUT)[0]

    def _check_budget(self) -> None:
        if time.monotonic() - self.began > self.limits.budget_seconds:
            self._give_up(ADVICE)

    def _give_up(self, to_do: str) -> None:
        raise busy(self.connection, self.statement, self.sitting, self.began, to_do)


ADVICE = (
    "End that work, or wait for its end, and run again; "
    "`SELECT pg_terminate_backend(pid)` ends a session that was forgotten."
)


def busy(
    connection: BaseDatabaseWrapper,
    statement: Statement,
    holders: list[Holder],
    began: float,
    to_do: str = ADVICE,
) -> LockBusy:
    waited = time.monotonic() - began
    table = statement.table or "Its tables"
    what = [f"{table}: no lock in {waited:.0f} s for {statement.sql}"]
    what += [f"  held by {holder}" for holder in holders] or ["  held by sessions not seen"]
    if grant := missing_grant(connection):
        to_do += f" To be shown the statements of other roles: {grant}"
    return LockBusy("\n".join(what), to_do)
