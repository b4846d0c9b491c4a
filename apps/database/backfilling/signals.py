"""What a backfill steps aside for on PostgreSQL. SQLite has one writer and none of these."""

import logging
import time

from apps.database import locks
from apps.database.fetching import fetch_all, fetch_one

from .throttle import Signal

logger = logging.getLogger(__name__)
# Who is served sooner was in nobody's way.
WAITER_SECONDS = 0.1
LAG_SECONDS = 5.0
# A replica this little behind may just not have answered yet.
LAG_BYTES = 16 * 1024**2
WAL_BYTES_PER_SECOND = 64 * 1024**2


class WaitingForTheTable:
    """Somebody wants a lock on the table: he goes first, or each batch queues behind him."""

    def __init__(self, connection, table: str):
        self.connection = connection
        # As it is, or as PostgreSQL writes it where it wants quotes.
        self.names = {table, connection.ops.quote_name(table)}

    def __call__(self) -> str:
        for one in locks.waiters(self.connection):
            if one.table in self.names and (one.seconds or 0) >= WAITER_SECONDS:
                return f"pid {one.pid} ({one.name}) waits for {one.lock} on {one.table}"
        return ""


class Vacuum:
    """Autovacuum is at the table: both would do the other's work again."""

    # Without pg_read_all_stats the progress of others names no table; their locks always do.
    sql = """
        SELECT pid FROM pg_stat_progress_vacuum JOIN pg_locks USING (pid)
        WHERE datname = current_database() AND granted
          AND locktype = 'relation' AND relation = to_regclass(%s)
    """

    def __init__(self, connection, table: str):
        self.connection, self.table = connection, table

    def __call__(self) -> str:
        found = fetch_one(self.connection, self.sql, [self.connection.ops.quote_name(self.table)])
        return f"pid {found[0]} vacuums {self.table}" if found else ""


class ReplicationLag:
    """The replica furthest behind. What `replay_lag` says is as old as the last answer, and a
    replica that hangs gives none: then the time since that answer counts.
    """

    sql = """
        SELECT max(greatest(
            extract(epoch FROM replay_lag),
            CASE WHEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > %s
                 THEN extract(epoch FROM clock_timestamp() - reply_time) END))
        FROM pg_stat_replication WHERE state = 'streaming'
    """

    def __init__(self, connection):
        self.connection = connection

    def seconds(self) -> float:
        ((seconds,),) = fetch_all(self.connection, self.sql, [LAG_BYTES])
        return float(seconds or 0)

    def __call__(self) -> str:
        seconds = self.seconds()
        if seconds <= LAG_SECONDS:
            return ""
        return f"replica {seconds:.1f} s behind, limit {LAG_SECONDS:g} s"


class CatchingUp:
    """A replica that was away is served from files first, and no lag is told of it."""

    sql = """
        SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))
        FROM pg_stat_replication WHERE state = 'catchup'
    """

    def __init__(self, connection):
        self.connection = connection

    def __call__(self) -> str:
        behind = fetch_one(self.connection, self.sql)[0] or 0
        if behind <= LAG_BYTES:
            return ""
        return f"replica catches up, {behind / 1024**2:.0f} MB behind, limit {LAG_BYTES >> 20} MB"


class WalRate:
    """More is written, by all together, than replicas and archive should have to take."""

    def __init__(self, connection):
        self.connection = connection
        self.last = None

    def __call__(self) -> str:
        ((position,),) = fetch_all(self.connection, "SELECT pg_current_wal_insert_lsn() - '0/0'")
        last, self.last = self.last, (time.monotonic(), int(position))
        if last is None:
            return ""
        rate = (self.last[1] - last[1]) / max(self.last[0] - last[0], 0.001)
        if rate <= WAL_BYTES_PER_SECOND:
            return ""
        return f"{rate / 1024**2:.0f} MB of WAL a second, limit {WAL_BYTES_PER_SECOND >> 20} MB"


def signals(connection, table: str) -> list[Signal]:
    if connection.vendor != "postgresql":
        return []
    _warn_of_hidden_replicas(connection)
    return [
        WaitingForTheTable(connection, table),
        ReplicationLag(connection),
        CatchingUp(connection),
        Vacuum(connection, table),
        WalRate(connection),
    ]


def _warn_of_hidden_replicas(connection) -> None:
    [(hidden,)] = fetch_all(
        connection, "SELECT count(*) FROM pg_stat_replication WHERE state IS NULL"
    )
    if hidden:
        grant = locks.missing_grant(connection)
        logger.warning("How far %d replicas are behind may not be seen: %s", hidden, grant)
