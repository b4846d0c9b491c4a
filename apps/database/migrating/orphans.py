"""Sessions of runs that are no more: their client was killed, their statement goes on.

Who holds the lock on migrating is alone, so any other session that is named like one is an orphan;
by the name of this process too, for a container that is started anew has host and number again.
Its index build is waited for, since dropping an index under its builder fails both.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from apps.database.errors import LockBusy
from apps.database.fetching import fetch_all

from .lock import PATIENCE_SECONDS, POLL_SECONDS, WORK_NAME

# Long enough for the server to notice that the client is gone.
GRACE_SECONDS = 10

OTHERS = """
SELECT sessions.pid, application_name, coalesce(sessions.query, ''),
    sessions.pid IN (SELECT pid FROM pg_stat_progress_create_index)
FROM pg_stat_activity AS sessions
WHERE datname = current_database() AND sessions.pid <> pg_backend_pid()
    AND starts_with(application_name, %s)
ORDER BY sessions.pid
"""


@dataclass(frozen=True)
class Orphan:
    pid: int
    name: str
    query: str
    builds: bool

    def __str__(self):
        return f"{self.name} (server process {self.pid}): {' '.join(self.query.split())[:80]}"


def orphans(connection) -> list[Orphan]:
    return [Orphan(*row) for row in fetch_all(connection, OTHERS, [WORK_NAME])]


def wait_for_orphans(
    connection,
    say: Callable[[str], None],
    may_end: Callable[[Orphan], bool],
    grace: float = GRACE_SECONDS,
) -> None:
    """Returns when none is left. `may_end` is asked once for each that does not go by itself.

    LockBusy if one stays that may not be ended, or builds for longer than we may wait.
    """
    began, told = time.monotonic(), set()
    while left := orphans(connection):
        for orphan in left:
            if orphan.pid not in told:
                told.add(orphan.pid)
                say(f"A run that was killed is still at work, and is waited for: {orphan}")
        waited = time.monotonic() - began
        if waited > PATIENCE_SECONDS or (waited > grace and not any(o.builds for o in left)):
            _end(connection, left, may_end)
        time.sleep(POLL_SECONDS)


def _end(connection, left: list[Orphan], may_end) -> None:
    for orphan in left:
        if not may_end(orphan):
            raise LockBusy(
                f"A run that was killed is still at work: {orphan}",
                "Run it again with `--reap` to end it, or wait until it is gone.",
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [orphan.pid])
