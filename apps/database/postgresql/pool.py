"""psycopg's pool, healed in one step after PostgreSQL was restarted.

The stock pool drops one dead connection per step of a back-off (0, 1, 2, 4 … s): with four idle
ones the first request after a restart took 6.5 s, with eight it failed.
"""

import select
from threading import Lock
from time import monotonic

from psycopg import Connection
from psycopg_pool import ConnectionPool

# What a request may have left behind in a connection: settings changed by SET, and advisory
# locks, which would be held for as long as the connection lives. RESET ALL goes back to what was
# asked for when connecting (config/settings/stores.py).
RESTORE = "RESET ALL; SELECT pg_advisory_unlock_all()"


# For so long after it answered, a connection is only looked at: whatever ended it meanwhile has
# left word in its socket. Another round trip was a twentieth of a short request.
TRUSTED_SECONDS = 1.0


class PooledConnection(Connection):
    # Which filling of the pool it belongs to.
    filling = 0
    # By `monotonic`.
    answered_at = float("-inf")

    @property
    def is_trusted(self) -> bool:
        lately = monotonic() - self.answered_at < TRUSTED_SECONDS
        return lately and not has_word(self)


def has_word(connection: Connection) -> bool:
    """Whether there is something to read, the end of the connection included."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class HealingPool(ConnectionPool[PooledConnection]):
    """The first connection that fails its check empties the pool, and new ones are made."""

    def __init__(self, *, checked: bool, configure, **options):
        self.filling = 0
        self._draining = Lock()
        self._configure_session = configure
        super().__init__(
            connection_class=PooledConnection,
            configure=self._fill,
            check=self._check_or_drain if checked else None,
            reset=restore_session,
            open=False,
            # An attempt to reconnect waits 1, 2, 4 … 32 s for the next, and requests wait with it.
            # Given up after a second, the next request makes a new one at once.
            reconnect_timeout=1.0,
            **options,
        )

    def _fill(self, connection: PooledConnection) -> None:
        connection.filling = self.filling
        self._configure_session(connection)

    def _check_or_drain(self, connection: PooledConnection) -> None:
        if connection.is_trusted:
            return
        try:
            self.check_connection(connection)
        except Exception:
            self._drain_filling(connection.filling)
            raise

    def _drain_filling(self, filling: int) -> None:
        # Of several threads that find a dead connection the first drains; the others would throw
        # away what it has just made, so they wait for it and look no further.
        with self._draining:
            if filling == self.filling:
                self.filling += 1
                self.drain()


def restore_session(connection: PooledConnection) -> None:
    """Runs in the pool's own thread when a connection comes back, so no request waits for it."""
    connection.isolation_level = None
    connection.read_only = None
    connection.deferrable = None
    if not connection.autocommit:
        connection.autocommit = True
    connection.execute(RESTORE)
    connection.answered_at = monotonic()
