"""Every app's migrations: one leaf, a name, models and migrations agree, up, down and up again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from tests import up_down_up

ALIAS = "migrated"
OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("apps.")]


def migrated_apps() -> list[str]:
    return sorted({app for app, _ in MigrationLoader(None).disk_migrations if app in OURS})


@pytest.mark.parametrize("app", migrated_apps())
def test_an_app_has_one_leaf(app):
    assert len(MigrationLoader(None).graph.leaf_nodes(app)) == 1


def test_migrations_have_names():
    names = [name for app, name in MigrationLoader(None).disk_migrations if app in OURS]

    assert [name for name in names if "auto" in name] == []


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@contextmanager
def database(config: dict) -> Iterator:
    """A connection of its own to an empty database, under an alias that only the test knows."""
    connections.databases[ALIAS] = {**settings.DATABASES["default"], **config}
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]


@pytest.fixture
def empty(tmp_path, django_db_blocker) -> Iterator:
    """An empty database of the leg's kind."""
    with django_db_blocker.unblock():
        if settings.LEG == "sqlite":
            with database({"NAME": tmp_path / "migrated.sqlite3"}) as made:
                yield made
            return
        # By the server's own database: the tests' may not be there.
        with connection._nodb_cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS migrated WITH (FORCE)")
            cursor.execute("CREATE DATABASE migrated")
        with database({"NAME": "migrated"}) as made:
            yield made


def problems(empty, *, with_first: bool) -> list[str]:
    found = [tried.problems() for tried in up_down_up.tried(empty, with_first=with_first)]
    assert found
    return [problem for some in found for problem in some]


def test_up_down_and_up_with_rows(empty):
    assert problems(empty, with_first=False) == []


@pytest.mark.slow
def test_up_down_and_up_of_all_with_rows(empty):
    assert problems(empty, with_first=True) == []


@pytest.mark.django_db
def test_the_server_is_of_the_version_asked_for(postgres):
    wanted = os.environ.get("TEST_POSTGRES_VERSION", "18")

    assert str(connection.pg_version // 10_000) == wanted
