"""One migration at a time: an advisory lock on PostgreSQL, asked for and never queued for.

A session that stands in line for an advisory lock keeps a snapshot, and an index that is built
without stopping anyone waits for every snapshot: two hosts would wait for each other for ever.
So each asks, sleeps and asks again, on a connection of its own that is in no transaction.
"""

import os
import socket
import time
from collections.abc import Callable
from hashlib import sha256
from typing import TypeVar

from apps.database.errors import LockBusy

from .pooling import refuse_shared

T = TypeVar("T")
PATIENCE_SECONDS = 30 * 60
POLL_SECONDS = 0.5
# Everyone sees these names in pg_stat_activity. Who waits has none of the second kind.
LOCK_NAME = "migrate-lock@"
WORK_NAME = "migrate@"

HELD = "SELECT pg_try_advisory_lock(%s)"
# A lock is gone silently with its session, and a pooler may hand out another one.
STILL_HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
        AND (classid::bigint << 32) | objid::bigint = %s
)
"""
HOLDER = """
SELECT sessions.pid, application_name, extract(epoch FROM now() - backend_start)::int
FROM pg_locks JOIN pg_stat_activity AS sessions USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) | objid::bigint = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# A host that vanished without a word is missed after 30 + 3 × 10 seconds.
SESSION = """
SELECT set_config(name, value, false) FROM (VALUES
    ('idle_session_timeout', '0'), ('statement_timeout', '0'),
    ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')
) AS wanted (name, value)
"""


def identity() -> str:
    """This process among those of all hosts, as `application_name` has room for it (63 bytes)."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def key_of(database: str) -> int:
    """An advisory lock's number. PostgreSQL keeps those of each database apart anyway."""
    return int.from_bytes(sha256(f"migrate {database}".encode()).digest()[:7])


class MigrationLock:
    """`with MigrationLock(connection, say): …`; `confirm()` before each step.

    `say` is told in a sentence whom we wait for. LockBusy after `patience` seconds.
    """

    def __init__(self, connection, say: Callable[[str], None], patience: float = PATIENCE_SECONDS):
        self.connection = connection
        self.key = key_of(connection.settings_dict["NAME"])
        self.say = say
        self.patience = patience

    def __enter__(self):
        self.session = self._connect()
        try:
            # Before anything is set or locked, which would stay with the server's process.
            refuse_shared(self.connection, self.session)
            self.session.execute(SESSION)
            self._acquire()
        except BaseException:
            self.session.close()
            raise
        return self

    def __exit__(self, *failure):
        # Closing it is what gives the lock back.
        self.session.close()

    def confirm(self) -> None:
        """LockBusy if the lock was lost: another host may be migrating."""
        try:
            held = self._ask(STILL_HELD, self.key)[0]
        except self.connection.Database.Error:
            held = False
        if not held:
            raise LockBusy(
                "The lock on migrating was lost: its session was ended, or the server restarted. "
                "Nothing further was begun.",
                "Run it again; it goes on where it stopped.",
            )

    def _connect(self):
        # Django's own cursor and adapters belong to Django's connection.
        parameters = self.connection.get_connection_params()
        for name in ("cursor_factory", "context"):
            parameters.pop(name, None)
        parameters["application_name"] = LOCK_NAME + identity()
        return self.connection.Database.connect(**parameters, autocommit=True)

    def _acquire(self) -> None:
        wait_for_turn(
            lambda: self._ask(HELD, self.key)[0],
            self._holder,
            self.say,
            self.patience,
        )

    def _holder(self) -> tuple[str, str]:
        found = self._ask(HOLDER, self.key)
        if found is None:
            return "", "Another session"
        pid, name, seconds = found
        age = "" if seconds is None else f", for {seconds} s"
        name = name.removeprefix(LOCK_NAME) or "A session"
        return str(pid), f"{name} (server process {pid}{age})"

    def _ask(self, sql: str, *parameters):
        return self.session.execute(sql, parameters).fetchone()


def wait_for_turn(
    take: Callable[[], T | None],
    holder: Callable[[], tuple[str, str]],
    say: Callable[[str], None],
    patience: float,
) -> T:
    """What `take` gives, once it gives something. `holder` is who has it: by what he is told from
    others, empty if he was not found, and in words.
    """
    until = time.monotonic() + patience
    told = ""
    while not (taken := take()):
        who, described = holder()
        if who not in ("", told):
            told = who
            say(f"Waits for {described}, which is migrating this database.")
        if time.monotonic() > until:
            raise LockBusy(
                f"{described} has been migrating this database for longer than we may wait "
                f"({patience / 60:.0f} min).",
                "Look at what it does on the page *migrations*, and run it again.",
            )
        time.sleep(POLL_SECONDS)
    return taken
