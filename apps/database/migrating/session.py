"""The session that migrates: named, and not outliving its client."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db.backends.signals import connection_created

from .lock import WORK_NAME, identity

# Without the check the server goes on building an index for a client that was killed, and the
# next run finds it under construction. A server that cannot look (no Linux) keeps 0.
SETTINGS = """
SELECT set_config('application_name', %s, false),
    set_config('idle_session_timeout', '0', false),
    set_config('client_connection_check_interval',
        CASE WHEN version() LIKE '%%linux%%' THEN '5s' ELSE '0' END, false),
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false)
"""
RESTORE = """
RESET application_name; RESET idle_session_timeout; RESET client_connection_check_interval;
RESET tcp_keepalives_idle; RESET tcp_keepalives_interval; RESET tcp_keepalives_count
"""


@contextmanager
def migrating_session(connection) -> Iterator[None]:
    """Within it the connection is `migrate@host:pid`, even when it is made anew."""
    if connection.vendor != "postgresql":
        yield
        return

    def name_it(connection, sender=None, **unused):
        if connection.alias == alias:
            with connection.cursor() as cursor:
                cursor.execute(SETTINGS, [WORK_NAME + identity()])

    alias = connection.alias
    connection_created.connect(name_it)
    try:
        if connection.connection is not None:
            name_it(connection)
        yield
    finally:
        connection_created.disconnect(name_it)
        _restore(connection)


def _restore(connection) -> None:
    # One that is broken, or in an aborted transaction, is not used again.
    if connection.connection is not None and not connection.needs_rollback:
        with suppress(connection.Database.Error), connection.connection.cursor() as cursor:
            cursor.execute(RESTORE)
