"""What a backfill says while it runs, to the connection's observer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from apps.database.observer import Kind, Observer, Statement

from .progress import rows_in_all
from .work import Work

PHASE = "rows"


def statement_of(work: Work) -> Statement:
    return Statement(work.sql, Kind.BATCHED, "ROW EXCLUSIVE", (work.table,))


def foretell(editor, work: Work) -> None:
    """To a schema editor that only collects: a comment, and for the plan the statement itself."""
    statement = statement_of(work)
    editor.collected_sql.append(f"-- {statement.sql}")
    # The plan's editor wants to know the kind too.
    if hasattr(editor, "foreseen"):
        editor.foreseen.append(statement)


class Telling:
    def __init__(self, work: Work, observer: Observer):
        self.observer = observer
        self.statement = statement_of(work)
        self.done = self.total = 0
        self.reason = ""
        self.seconds = self.longest = 0.0
        self.retries = 0

    @contextmanager
    def about(self, row) -> Iterator[None]:
        self.observer.started(self.statement)
        self.progress(row)
        begun = time.perf_counter()
        try:
            yield
            self.observer.progress(self.statement, PHASE, self.done, self.done)
        finally:
            seconds = time.perf_counter() - begun
            wait_ms = round(self.longest * 1000)
            self.observer.ended(self.statement, seconds, wait_ms, self.retries)

    def progress(self, row) -> None:
        self.reason = ""
        self.done, self.total = row.rows_done, rows_in_all(row)
        self.observer.progress(self.statement, PHASE, self.done, self.total)

    def waits(self, reason: str) -> None:
        """Once for each wait: a lag that is another one each time is no news."""
        if not self.reason:
            self.reason = reason
            self.observer.steps_aside(self.statement, reason)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """A batch, whether it succeeds or not: so long somebody may have waited for its rows."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds = time.perf_counter() - begun
            self.longest = max(self.longest, self.seconds)
