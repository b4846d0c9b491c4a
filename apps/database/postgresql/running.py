"""How a statement of each kind runs."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from django.db import Error, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.database.errors import LockBusy, MigrationStopped
from apps.database.observer import Kind, Statement

from .limits import timeouts
from .lookout import Lookout, busy
from .watcher import Watcher

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
QUERY_CANCELED = "57014"
Perform = Callable[[], None]
T = TypeVar("T")


class Deadlocked(LockBusy):
    """An ONLINE statement and somebody else waited for each other, and PostgreSQL ended ours. What
    it left behind is to be cleared away before it is begun again.
    """

    def __init__(self, statement: Statement, error: OperationalError):
        detail = error.__cause__.diag.message_detail or ""
        super().__init__(
            f"{statement.table}: deadlock in {statement.sql}\n{detail}".strip(),
            "Run again; if it ends like this each time, the server's log shows both statements.",
        )


@dataclass
class Cost:
    """What one statement cost: how often it was tried, and the slowest attempt."""

    attempts: int = 0
    slowest_ms: int = 0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self.attempts += 1
        began = time.monotonic()
        try:
            yield
        finally:
            self.slowest_ms = max(self.slowest_ms, round(1000 * (time.monotonic() - began)))


def run(
    connection: BaseDatabaseWrapper,
    statement: Statement,
    perform: Perform,
    statement_ms: int | None = None,
) -> None:
    """Does what `perform` does, which is `statement`, as its kind asks for.

    `statement_ms` is how long a BRIEF one may take, by default as long as one that locks may.
    """
    within = statement_ms or connection.limits.statement_ms
    cost, began = Cost(), time.monotonic()
    connection.observer.started(statement)
    try:
        RUNNERS[statement.kind](connection, statement, perform, cost, within)
    finally:
        seconds = time.monotonic() - began
        retries = max(cost.attempts - 1, 0)
        connection.observer.ended(statement, seconds, cost.slowest_ms, retries)


def look(connection: BaseDatabaseWrapper, tables: Sequence[str], read: Callable[[], T]) -> T:
    """What `read` finds out about the tables. Who keeps one of them to himself is waited for like
    before a BRIEF statement. The observer hears whom, and nothing else of it.
    """
    found = []
    statement = Statement("a look at it", Kind.BRIEF, "ACCESS SHARE", tuple(tables))
    # However many rows it reads, it keeps nobody waiting.
    run_brief(connection, statement, lambda: found.append(read()), Cost(), 0)
    return found[0]


def despite_deadlocks(connection: BaseDatabaseWrapper, perform: Callable[[], object]) -> None:
    """Does it again when an ONLINE statement of it has lost a deadlock."""
    for attempt in count():
        try:
            perform()
            return
        except Deadlocked:
            is_last = attempt + 1 >= connection.limits.online_attempts
            if is_last or connection.in_atomic_block:
                raise
        time.sleep(connection.limits.pause(attempt))


def run_free(connection, statement: Statement, perform: Perform, cost: Cost, within: int) -> None:
    with timeouts(connection, 0, 0):
        perform()


def run_brief(connection, statement: Statement, perform: Perform, cost: Cost, within: int) -> None:
    """Asks for its lock when nobody holds the tables, gives it up soon, and tries again."""
    limits = connection.limits
    if connection.in_atomic_block:
        # Its locks are kept to the end of a transaction that is not ours to begin again.
        with cost.attempt(), timeouts(connection, limits.lock_ms, within):
            perform()
        return
    lookout = Lookout(connection, statement)
    for attempt in count():
        lock_ms = lookout.wait()
        try:
            longer = lock_ms - limits.lock_ms
            with cost.attempt(), timeouts(connection, lock_ms, within and within + longer):
                perform()
            return
        except OperationalError as error:
            if sqlstate(error) == QUERY_CANCELED:
                raise took_too_long(statement, within) from error
            if sqlstate(error) not in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
                raise
        lookout.pause(attempt)


def run_online(connection, statement: Statement, perform: Perform, cost: Cost, within: int) -> None:
    """As long as it takes, but not behind one other session for ever."""
    began = time.monotonic()
    with timeouts(connection, 0, 0), Watcher(connection, statement) as watcher:
        try:
            perform()
        except OperationalError as error:
            if sqlstate(error) == DEADLOCK_DETECTED:
                raise Deadlocked(statement, error) from error
            if sqlstate(error) != QUERY_CANCELED:
                raise
            if watcher.behind:
                raise busy(connection, statement, [watcher.behind], began) from error
            raise MigrationStopped(f"Somebody cancelled {statement.sql}") from error


RUNNERS = {Kind.FREE: run_free, Kind.BRIEF: run_brief, Kind.ONLINE: run_online}


def sqlstate(error: Error) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)


def took_too_long(statement: Statement, statement_ms: int) -> MigrationStopped:
    return MigrationStopped(
        f"It kept {statement.table or 'a table'} locked for {statement_ms / 1000:g} s and was "
        f"taken back: {statement.sql}",
        "It reads or writes every row. Do it in phases: docs/migrations.md has the recipes.",
    )


def stopped_by_limits(connection: BaseDatabaseWrapper, error: object) -> MigrationStopped | None:
    """Why a statement that does not run here ended as it did: one of RunPython's, or a look at
    what is there. None if for reasons of its own. What RunPython does is not known, so nobody but
    its author could try it again.
    """
    if not isinstance(error, OperationalError):
        return None
    limits = connection.limits
    if sqlstate(error) in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
        what = (
            "A statement of RunPython, or a look at a table, got no lock within "
            f"{limits.lock_ms / 1000:g} s: {error}"
        )
        return LockBusy(what, "Run again when the rows or tables it wants are not in use.")
    if sqlstate(error) == QUERY_CANCELED:
        what = (
            "A statement of RunPython, or a look at a table, took longer than "
            f"{limits.sql_statement_ms / 1000:g} s."
        )
        return MigrationStopped(what, "Change rows in batches: the operation Backfill does.")
    return None
