import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.database.migrating.project import Project
from tests.database.migrating.steps import BOOK, GATE
from tests.races import PATIENCE_SECONDS, eventually

numbers = itertools.count()


@contextmanager
def new_database(folder: Path, template: str = "") -> Iterator[str]:
    """The address of an empty database in the leg's server, or of a file; or of a copy."""
    if settings.LEG == "sqlite":
        file = folder / "shelf.sqlite3"
        if template:
            shutil.copy(template.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    server = settings.DATABASES["default"]
    base = f"postgresql://{server['USER']}@{server['HOST']}:{server['PORT']}"
    name = f"shelf_{next(numbers)}"
    of = template.rpartition("/")[2] or "template1"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} TEMPLATE {of}")
        yield f"{base}/{name}"
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Iterator[str]:
    """A database in which the app's first migration is applied."""
    folder = tmp_path_factory.mktemp("template")
    with new_database(folder) as address:
        made = Project(folder / "project", address)
        made.migration("0001_book", BOOK)
        installed = made.migrate()
        assert installed.code == 0, installed
        yield address


@pytest.fixture
def address(tmp_path) -> Iterator[str]:
    with new_database(tmp_path) as made:
        yield made


@pytest.fixture
def empty_project(tmp_path, address) -> Project:
    """One migration, and nothing applied."""
    made = Project(tmp_path / "project", address)
    made.migration("0001_book", BOOK)
    return made


@pytest.fixture
def project(tmp_path, template) -> Iterator[Project]:
    """One migration, which is applied."""
    with new_database(tmp_path, template) as address:
        made = Project(tmp_path / "project", address)
        made.migration("0001_book", BOOK)
        yield made


@pytest.fixture
def session(project) -> Iterator[psycopg.Connection]:
    """Another session on the project's database, in autocommit."""
    with psycopg.connect(project.address, autocommit=True) as made:
        yield made


class Gate:
    """A migration that begins, and ends when it is told to."""

    def __init__(self, folder: Path):
        self.reached = folder / "reached"
        self.opened = folder / "opened"
        self.body = GATE.format(
            reached=str(self.reached), opened=str(self.opened), patience=PATIENCE_SECONDS
        )

    def wait(self) -> None:
        eventually(self.reached.exists)

    def open(self) -> None:
        self.opened.touch()


@pytest.fixture
def gate(tmp_path) -> Gate:
    return Gate(tmp_path)
