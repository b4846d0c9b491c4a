"""Looks after a statement that may take hours, from a thread and a connection of its own."""

import logging
import time
from threading import Event, Lock, Thread

from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.database.builds import builds
from apps.database.fetching import fetch_one
from apps.database.locks import Holder, blockers_of
from apps.database.observer import Statement

logger = logging.getLogger(__name__)


class Watcher:
    """Tells the observer how far the statement is and whom it waits for.

    CONCURRENTLY waits for old snapshots on any table, also for those of a session that was
    forgotten; after a while behind the same one it is cancelled, and `behind` says by whom it
    was held up.
    """

    def __init__(self, connection: BaseDatabaseWrapper, statement: Statement):
        self.connection = connection
        self.statement = statement
        self.limits = connection.limits
        self.behind: Holder | None = None
        self.since: dict[str, float] = {}
        self.is_blind = False
        self.ended = Event()
        # A cancellation that came too late would meet the next statement.
        self.cancelling = Lock()
        self.thread = Thread(target=self._watch, name="watcher", daemon=True)

    def __enter__(self) -> "Watcher":
        (self.pid,) = fetch_one(self.connection, "SELECT pg_backend_pid()")
        self.thread.start()
        return self

    def __exit__(self, *failure) -> None:
        with self.cancelling:
            self.ended.set()
        self.thread.join()

    def _watch(self) -> None:
        # Most statements end before the first look, and cost no connection.
        if self.ended.wait(self.limits.watch_seconds):
            return
        second = self.connection.copy()
        try:
            while not self.ended.is_set():
                self._try_to_look(second)
                self.ended.wait(self.limits.watch_seconds)
        finally:
            second.close()

    def _try_to_look(self, second: BaseDatabaseWrapper) -> None:
        """Who gave up would leave the statement unbounded; the next look has a new connection."""
        try:
            self._look(second)
            self.is_blind = False
        except Error:
            if not self.is_blind:
                logger.warning("A migration's statement is not watched just now.", exc_info=True)
            self.is_blind = True
            second.close()

    def _look(self, second: BaseDatabaseWrapper) -> None:
        for build in builds(second):
            if build.pid == self.pid and build.phase:
                observer = self.connection.observer
                observer.progress(self.statement, build.phase, build.done, build.total)
        blockers = blockers_of(second, self.pid)
        now = time.monotonic()
        if {one.transaction for one in blockers} != self.since.keys():
            self.connection.observer.waits(self.statement, blockers)
        self.since = {one.transaction: self.since.get(one.transaction, now) for one in blockers}
        for one in blockers:
            if now - self.since[one.transaction] > self.limits.behind_one_seconds:
                self._cancel(second, one)

    def _cancel(self, second: BaseDatabaseWrapper, blocker: Holder) -> None:
        with self.cancelling:
            if self.ended.is_set():
                return
            self.behind = blocker
            with second.cursor() as cursor:
                cursor.execute("SELECT pg_cancel_backend(%s)", [self.pid])
