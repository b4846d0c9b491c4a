"""Who holds a table, and who waits for whom, on PostgreSQL."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Holder:
    """A session or a prepared transaction that holds a lock on a table.

    Without `pg_read_all_stats` a session of another role has its pid and modes alone.
    """

    # None for a prepared transaction, which has no process; `name` is its identifier then.
    pid: int | None
    name: str
    # Of its transaction; None when it may not be known.
    seconds: float | None
    query: str
    tables: tuple[str, ...]
    modes: tuple[str, ...]
    # "client", "autovacuum" or "anti-wraparound autovacuum".
    kind: str = "client"
