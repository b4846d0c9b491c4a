"""Observers for tests: one that remembers, and does something when a backfill is that far."""

from collections.abc import Callable

from apps.database.observer import Observer


class Watcher(Observer):
    """Calls `then` once, in the backfill's own thread, after the batch that reaches `rows`."""

    def __init__(self, rows: int = 0, then: Callable = lambda: None):
        self.rows, self.then = rows, then
        self.seen: list[tuple[int, int]] = []
        self.reasons: list[str] = []
        self.results: list[tuple] = []

    def progress(self, statement, phase, done, total):
        self.seen.append((done, total))
        if done >= self.rows:
            then, self.then = self.then, lambda: None
            then()

    def percents(self) -> list[int]:
        # To the nearest: the total is computed from a share, whose 99 % may come back as 98.99.
        return [round(100 * done / total) for done, total in self.seen]

    def steps_aside(self, statement, reason):
        self.reasons.append(reason)

    def ended(self, statement, seconds, wait_ms, retries):
        self.results.append((seconds, wait_ms, retries))
