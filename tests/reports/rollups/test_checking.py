"""The proof of the kept numbers, beside people who work."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, connections

from apps.reports.rollups.checking import snapshot
from apps.reports.rollups.refresh import refresh
from apps.users.models import User
from tests.factories import PostFactory, UserFactory


@pytest.mark.django_db
def test_days_that_nobody_has_computed_are_counted(settings, capsys):
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    PostFactory(created_at=now - timedelta(days=9), author=UserFactory(created_at=now))
    with time_machine.travel(now):
        for _ in refresh():
            pass
        call_command("check_rollups")
        assert "9 days are what the tables say, 0 are to be" in capsys.readouterr().out
    with time_machine.travel(now + timedelta(days=5)):
        call_command("check_rollups")
        assert "9 days are what the tables say, 5 are to be" in capsys.readouterr().out
        settings.TIME_ZONE = "Pacific/Auckland"
        call_command("check_rollups")
        assert "0 days are what the tables say, 15 are to be" in capsys.readouterr().out


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
