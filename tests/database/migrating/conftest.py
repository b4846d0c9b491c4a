import itertools
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from tests.database.migrating.project import Project
from tests.database.migrating.steps import BOOK, GATE
from tests.operations.processes import eventually

numbers = itertools.count()


@pytest.fixture
def address(tmp_path) -> Iterator[str]:
    """An empty database of the test's own, in the leg's server or a file."""
    if settings.LEG == "sqlite":
        yield f"sqlite:///{tmp_path}/shelf.sqlite3"
        return
    server = settings.DATABASES["default"]
    base = f"postgresql://{server['USER']}@{server['HOST']}:{server['PORT']}"
    name = f"shelf_{next(numbers)}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")
        yield f"{base}/{name}"
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def project(tmp_path, address) -> Project:
    made = Project(tmp_path / "project", address)
    made.migration("0001_book", BOOK)
    return made


@pytest.fixture
def session(address) -> Iterator[psycopg.Connection]:
    """Another session on the project's database, in autocommit."""
    with psycopg.connect(address, autocommit=True) as made:
        yield made


class Gate:
    """A migration that begins, and ends when it is told to."""

    def __init__(self, folder):
        self.reached = folder / "reached"
        self.opened = folder / "opened"
        self.body = GATE.format(reached=str(self.reached), opened=str(self.opened))

    def wait(self) -> None:
        eventually(self.reached.exists)

    def open(self) -> None:
        self.opened.touch()


@pytest.fixture
def gate(tmp_path) -> Gate:
    return Gate(tmp_path)
