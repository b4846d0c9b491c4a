from contextlib import contextmanager

import pytest
from django.db import connection, transaction


@pytest.fixture
def forge():
    """Run SQL that entries refuse, as somebody with the database's own tools would."""

    @contextmanager
    def erasing():
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL copydesk.erasing = 'on'")
            yield cursor
            if connection.vendor == "postgresql":
                # A test's transaction goes on.
                cursor.execute("SET LOCAL copydesk.erasing = 'off'")

    def run(sql: str, *values) -> None:
        with erasing() as cursor:
            cursor.execute(sql, values)
            assert cursor.rowcount > 0

    return run
