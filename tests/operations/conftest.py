from collections.abc import Callable

import pytest

from apps.backoffice import periodic
from apps.operations.actions import write_schedules
from tests.operations.jobs import HOUR


@pytest.fixture
def only(monkeypatch, db) -> Callable:
    """Register jobs in place of the product's: `only(count=run)`, hourly."""

    def register(**runs) -> None:
        monkeypatch.setattr(periodic, "_jobs", {})
        for name, run in runs.items():
            periodic.job(name, every=HOUR, description="For a test.")(run)
        write_schedules()

    return register
