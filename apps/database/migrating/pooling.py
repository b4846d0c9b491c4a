"""A pooler that lends the server's processes by the transaction is refused.

A timeout, a name or a lock of a session would be somebody else's after each statement.
"""

from apps.database.errors import Refused
from apps.database.fetching import fetch_one

PROCESS = "SELECT pg_backend_pid()"
# A pooler lends first what it got back last, unless another client was quicker.
LOOKS = 5


def refuse_shared(connection, session) -> None:
    """Refused if one process of the server answers both; with sessions of their own none does."""
    for _ in range(LOOKS):
        own = fetch_one(connection, PROCESS)
        if session.execute(PROCESS).fetchone() == own:
            raise Refused(
                "The address of the database is that of a pooler which lends a connection for a "
                "transaction: timeouts and the lock on migrating would get lost in it.",
                "Let DATABASE_URL be PostgreSQL itself, or session pooling, for `migrate`.",
            )
