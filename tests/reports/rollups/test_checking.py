"""The proof of the kept numbers, beside people who work."""

import threading

import pytest
from django.db import connection, connections

from apps.reports.rollups.checking import snapshot
from apps.users.models import User
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_the_proof_keeps_nobody_from_writing(sqlite):
    def write() -> None:
        try:
            UserFactory()
        finally:
            connections.close_all()

    # As a worker begins its job.
    connection.close()
    with snapshot():
        User.objects.count()
        writer = threading.Thread(target=write)
        writer.start()
        # Kept out, it would give up after 5 s, and its user would be missing below.
        writer.join(15)
        assert not writer.is_alive()
        assert User.objects.count() == 0
    assert User.objects.count() == 1
    assert connection.transaction_mode == "IMMEDIATE"
