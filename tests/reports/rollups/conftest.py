import pytest


@pytest.fixture(autouse=True)
def _read_from_the_tables() -> None:
    """Here the kept numbers are the subject."""


@pytest.fixture(autouse=True)
def _yesterday(yesterday_is_closed) -> None:
    """Days that have passed are closed."""
