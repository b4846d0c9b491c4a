from collections.abc import Iterator

import pytest
from django.db import connection

from apps.database.backfilling import alone, engine, pace, walk
from apps.database.observer import Observer
from tests.database.backfilling import tables
from tests.database.backfilling.observing import Watcher


@pytest.fixture(scope="module")
def scratch_tables(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        tables.remove()
        tables.make()
        yield
        tables.remove()


@pytest.fixture
def filling(scratch_tables, transactional_db, monkeypatch) -> Iterator[None]:
    """Empty tables, real transactions, and a backfill that looks around more often than on a site.

    It steps aside for nobody: vacuum may come to a test's table, and WAL flow, at any moment.
    """
    monkeypatch.setattr(walk, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(alone, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(engine, "signals", lambda *_: [])
    yield
    connection.observer = Observer()
    tables.empty()


@pytest.fixture
def small_batches(monkeypatch) -> int:
    """Many batches of few rows, without a rest; how many rows."""
    monkeypatch.setattr(pace, "DUTY", 1.0)
    monkeypatch.setattr(pace, "SMALLEST", 20)
    monkeypatch.setattr(pace, "LARGEST", 20)
    return 20


@pytest.fixture
def watch():
    """Has the backfills of this thread watched."""

    def put(watcher: Watcher) -> Watcher:
        connection.observer = watcher
        return watcher

    return put
