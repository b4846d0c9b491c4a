import pytest

from apps.database.backfilling import throttle, walk
from tests.database.backfilling import tables


@pytest.fixture
def filling(transactional_db, monkeypatch):
    """The tables, and a backfill that does not rest for as long as it does on a busy site."""
    monkeypatch.setattr(throttle, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(walk, "LOOK_SECONDS", 0.05)
    tables.remove()
    tables.empty()
    yield tables
    tables.remove()
