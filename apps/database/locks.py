"""Who holds a table, and who waits for whom, on PostgreSQL.

Nothing here needs a privilege. Without `pg_read_all_stats` the sessions of other roles show
neither their statements nor how long they have been at it; `missing_grant` names what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.backends.base.base import BaseDatabaseWrapper

from .fetching import fetch_all

STRENGTHS = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
# What each of those that a migration asks for has to wait for; to read is the least of them.
# https://www.postgresql.org/docs/current/explicit-locking.html#TABLE-LOCK-COMPATIBILITY
CONFLICTS = {
    "ACCESS EXCLUSIVE": STRENGTHS,
    "SHARE ROW EXCLUSIVE": STRENGTHS[2:],
    "SHARE": (*STRENGTHS[2:4], *STRENGTHS[5:]),
    "SHARE UPDATE EXCLUSIVE": STRENGTHS[3:],
    "ACCESS SHARE": STRENGTHS[7:],
}


class HolderKind(StrEnum):
    CLIENT = "client"
    AUTOVACUUM = "autovacuum"
    # Gives way to nobody.
    ANTI_WRAPAROUND = "anti-wraparound autovacuum"


@dataclass(frozen=True)
class Holder:
    """A session, or a prepared transaction, that others wait for."""

    # None for a prepared transaction, which has no process; `name` is its identifier then,
    # and the application's name for all others.
    pid: int | None
    name: str
    user: str
    # Since its transaction began; None when that may not be known.
    seconds: float | None
    query: str
    kind: HolderKind
    # Told from others by it, however often they are looked at.
    transaction: str
    tables: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()

    def __str__(self):
        who = f"prepared transaction {self.name}" if self.pid is None else f"pid {self.pid}"
        about = ", ".join(filter(None, [self.name if self.pid else "", self.user]))
        if self.kind != HolderKind.CLIENT:
            about = self.kind
        age = "for an unknown time" if self.seconds is None else f"for {self.seconds:.1f} s"
        return f"{who} ({about}), {age}: {self.query or 'its statement may not be seen'}"


@dataclass(frozen=True)
class Waiter:
    """A session that waits for a lock."""

    pid: int
    name: str
    user: str
    query: str
    lock: str
    table: str
    seconds: float | None


# A worker of autovacuum has no user, which everybody may see; so it is told from a VACUUM that
# somebody runs even where the kind of a session is hidden. The statement tells whether it is
# against wraparound, or else the table's age.
DESCRIBED = """
SELECT held.pid, coalesce(activity.application_name, prepared.gid, ''),
    coalesce(activity.usename, prepared.owner, ''),
    extract(epoch FROM clock_timestamp() - coalesce(activity.xact_start, prepared.prepared))::float,
    coalesce(nullif(activity.query, '<insufficient privilege>'), ''),
    CASE
        WHEN held.pid IS NULL OR activity.usesysid IS NOT NULL
            OR NOT (coalesce(activity.backend_type = 'autovacuum worker', vacuum.pid IS NOT NULL))
            THEN 'client'
        WHEN activity.query LIKE '%%(to prevent wraparound)' THEN 'anti-wraparound autovacuum'
        WHEN activity.backend_type IS NULL AND held.age
            > current_setting('autovacuum_freeze_max_age')::int THEN 'anti-wraparound autovacuum'
        ELSE 'autovacuum'
    END,
    held.transaction, held.tables, held.modes
FROM held
LEFT JOIN pg_stat_activity AS activity ON activity.pid = held.pid
LEFT JOIN pg_stat_progress_vacuum AS vacuum ON vacuum.pid = held.pid
LEFT JOIN pg_locks AS own ON held.pid IS NULL
    AND own.locktype = 'transactionid' AND own.virtualtransaction = held.transaction
LEFT JOIN pg_prepared_xacts AS prepared ON prepared.transaction = own.transactionid
ORDER BY 4 DESC NULLS LAST, held.pid
"""
# A prepared transaction has no pid: `pid <> pg_backend_pid()` would lose it.
HELD = """
held AS (
    SELECT pid, virtualtransaction AS transaction, max(age(relfrozenxid)) AS age,
        array_agg(DISTINCT relation::regclass::text) AS tables, array_agg(DISTINCT mode) AS modes
    FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE locktype = 'relation' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
        AND mode = ANY(%s)
    GROUP BY pid, virtualtransaction
)
"""
BLOCKING = """
blocking AS (SELECT DISTINCT unnest(pg_blocking_pids(%s)) AS pid),
held AS (
    SELECT lock.pid, lock.virtualtransaction AS transaction, 0 AS age,
        ARRAY[]::text[] AS tables, ARRAY[]::text[] AS modes
    FROM blocking JOIN pg_locks AS lock ON lock.pid = blocking.pid
        AND lock.locktype = 'virtualxid' AND lock.granted
    UNION ALL
    SELECT NULL, prepared.virtualtransaction, 0, ARRAY[]::text[], ARRAY[]::text[]
    FROM pg_locks AS prepared
    WHERE prepared.pid IS NULL AND prepared.locktype = 'transactionid'
        AND EXISTS (SELECT 1 FROM blocking WHERE pid = 0)
)
"""
WAITERS = """
SELECT lock.pid, activity.application_name, coalesce(activity.usename, ''),
    coalesce(nullif(activity.query, '<insufficient privilege>'), ''), lock.mode,
    coalesce(lock.relation::regclass::text, ''),
    extract(epoch FROM clock_timestamp() - lock.waitstart)::float
FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
WHERE NOT lock.granted AND activity.datname = current_database()
ORDER BY 7 DESC NULLS LAST, 1
"""


def holders_of(
    connection: BaseDatabaseWrapper, tables: Sequence[str], lock: str = "ACCESS EXCLUSIVE"
) -> list[Holder]:
    """Who holds what `lock` would wait for on any of the tables, the longest at it first.

    Names are quoted where SQL would want them quoted; a table that does not exist has nobody.
    """
    modes = [as_pg_locks_names_it(strength) for strength in CONFLICTS[lock]]
    return _holders(connection, HELD, [list(tables), modes])


def blockers_of(connection: BaseDatabaseWrapper, pid: int) -> list[Holder]:
    """Who the session waits for at this moment, for whatever kind of lock."""
    return _holders(connection, BLOCKING, [pid])


def waiters(connection: BaseDatabaseWrapper) -> list[Waiter]:
    """Everybody in this database who waits for a lock, the longest at it first."""
    rows = fetch_all(connection, WAITERS)
    return [Waiter(*row[:4], sql_name(row[4]), *row[5:]) for row in rows]


def missing_grant(connection: BaseDatabaseWrapper) -> str:
    """What lets this role see the statements of others; empty when it can."""
    [(may, role)] = fetch_all(
        connection, "SELECT pg_has_role('pg_read_all_stats', 'USAGE'), quote_ident(current_user)"
    )
    return "" if may else f"GRANT pg_read_all_stats TO {role};"


def as_pg_locks_names_it(strength: str) -> str:
    """ACCESS EXCLUSIVE is AccessExclusiveLock there."""
    return strength.title().replace(" ", "") + "Lock"


def sql_name(mode: str) -> str:
    """AccessExclusiveLock is ACCESS EXCLUSIVE; what is no lock of a table stays as it is."""
    return {as_pg_locks_names_it(strength): strength for strength in STRENGTHS}.get(mode, mode)


def _holders(connection: BaseDatabaseWrapper, held: str, parameters: Sequence) -> list[Holder]:
    sql = f"WITH {held} {DESCRIBED}"
    return [
        Holder(*row[:5], HolderKind(row[5]), row[6], tuple(row[7]), tuple(map(sql_name, row[8])))
        for row in fetch_all(connection, sql, parameters)
    ]
