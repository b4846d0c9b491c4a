from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.reports.rollups.state import MARGIN


@pytest.fixture(autouse=True)
def _read_from_the_tables() -> None:
    """Here the kept numbers are the subject."""


@pytest.fixture(autouse=True)
def _yesterday_is_closed() -> Iterator[None]:
    """So it is from an hour after midnight on: in that hour the tests are a little ahead."""
    now, ahead = timezone.now(), MARGIN + timedelta(minutes=1)
    if (now - ahead).date() == now.date():
        yield
        return
    with time_machine.travel(now + ahead):
        yield
