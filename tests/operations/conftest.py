from collections.abc import Callable

import pytest
from django.db import connection

from apps.backoffice import periodic
from apps.operations.actions import write_schedules
from apps.operations.models import Schedule
from tests.operations.jobs import HOUR


@pytest.fixture(autouse=True)
def _keep_the_connection(db, monkeypatch) -> None:
    """A worker refreshes its connections between two pieces of work, which would end the
    transaction that a test is.
    """
    if connection.in_atomic_block:
        for module in ("worker", "running"):
            monkeypatch.setattr(f"apps.operations.{module}.close_old_connections", lambda: None)


@pytest.fixture
def only(monkeypatch, db) -> Callable:
    """Register jobs in place of the product's: `only(count=run)`, hourly."""
    Schedule.objects.all().delete()

    def register(**runs) -> None:
        monkeypatch.setattr(periodic, "_jobs", {})
        for name, run in runs.items():
            periodic.job(name, every=HOUR, description="For a test.")(run)
        write_schedules()

    return register
