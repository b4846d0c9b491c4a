"""Who is told of what a schema editor does: `connection.observer`, by default somebody deaf."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from .locks import Holder


class Kind(StrEnum):
    """How a statement runs, and so what it can cost others."""

    # On a table that this run made, or that holds no row: nobody can be kept waiting.
    FREE = "free"
    # A lock that keeps others out, asked for when nobody holds the table, held for moments.
    BRIEF = "brief"
    # For as long as it takes, beside readers and writers: CONCURRENTLY, VALIDATE.
    ONLINE = "online"
    # Rows changed in short transactions of their own.
    BATCHED = "batched"


@dataclass(frozen=True)
class Statement:
    sql: str
    kind: Kind
    # The strongest lock it takes, as PostgreSQL names it: "ACCESS EXCLUSIVE".
    lock: str
    # The tables it locks, as models name them, the altered one first; empty when not known.
    tables: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        return self.tables[0] if self.tables else ""


class Observer:
    """Hears everything and does nothing. Called from the thread that migrates, but for
    `progress` and the `waits` of ONLINE statements, which come from a thread that watches.
    """

    def started(self, statement: Statement) -> None:
        """Before the first attempt."""

    def waits(self, statement: Statement, holders: Sequence[Holder]) -> None:
        """It stands aside for these, first in the order of age; called again as they change."""

    def steps_aside(self, statement: Statement, reason: str) -> None:
        """A BATCHED one holds nothing and waits: for a replica, for who wants the table, for
        whoever paused it.
        """

    def progress(self, statement: Statement, phase: str, done: int, total: int) -> None:
        """How far one phase is; each has a measure of its own, and `total` is 0 if it has none."""

    def ended(self, statement: Statement, seconds: float, wait_ms: int, retries: int) -> None:
        """It succeeded, or failed for good. `wait_ms` is the longest that anyone can have stood
        behind one of its attempts; waiting outside of the queue costs nobody and is not in it.
        """
