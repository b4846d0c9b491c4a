"""Every app's migrations: one leaf, a name, models and migrations agree, up, down and up again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from syzygy.plan import must_post_deploy_migration

from config.settings.environment import SETTINGS
from tests import up_down_up
from tests.stores import Postgres

ALIAS = "migrated"
ROOT = Path(__file__).parent.parent
# Of users: the last of the release before, and of the one that began to migrate in two stages.
BEFORE, RELEASE = "0001_initial", "0015_drop_user_nickname"
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


def users_since(first: str, last: str) -> list[Migration]:
    """The migrations of users after one of them, up to another, in their order."""
    loader = MigrationLoader(None)
    plan = loader.graph.forwards_plan(("users", last))
    ours = [name for app, name in plan if app == "users"]
    return [loader.disk_migrations["users", name] for name in ours[ours.index(first) + 1 :]]


def test_all_that_comes_before_the_deploy_comes_before_what_comes_after_it():
    stages = [must_post_deploy_migration(one) for one in users_since(BEFORE, RELEASE)]
    assert stages == [False] * 11 + [True] * 3


def manage(address: str, *arguments: str) -> str:
    values = dict.fromkeys(SETTINGS, "") | {"DATABASE_URL": address, "DB_ROLE": "command"}
    values |= {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
    run = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | values,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def missing(address: str) -> list[str]:
    lines = manage(address, "showmigrations", "--plan").splitlines()
    return [line.split()[2] for line in lines if line.startswith("[ ]")]


def from_the_state_before(address: str) -> None:
    """What the release before left is brought to this one, on both sides of a deploy."""
    for target in (["users", BEFORE], ["posts"], ["reports", "0002_rollups"]):
        manage(address, "migrate", *target)
    manage(address, "migrate", "--pre-deploy")
    later = [one for one in users_since(BEFORE, RELEASE) if must_post_deploy_migration(one)]
    assert missing(address)[: len(later)] == [str(one) for one in later]
    assert not [one for one in missing(address) if not one.startswith("users.")]
    manage(address, "migrate")
    assert missing(address) == []


@pytest.mark.slow
def test_before_and_after_a_deploy_on_sqlite(sqlite, tmp_path):
    from_the_state_before(f"sqlite:///{tmp_path}/migrated.sqlite3")


@pytest.mark.slow
def test_before_and_after_a_deploy_on_postgresql(spare_postgres):
    from_the_state_before(f"postgresql://copydesk@127.0.0.1:{spare_postgres.port}/postgres")


@pytest.fixture
def older_postgres(postgres) -> Iterator[Postgres]:
    server = Postgres(16)
    server.start()
    yield server
    server.remove()


@pytest.mark.slow
def test_up_down_and_up_on_the_oldest_postgresql(older_postgres, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        database({"NAME": "postgres", "PORT": older_postgres.port}) as made,
    ):
        assert problems(made, with_first=True) == []


@pytest.mark.django_db
def test_the_server_is_of_the_version_asked_for(postgres):
    wanted = os.environ.get("TEST_POSTGRES_VERSION", "18")

    assert str(connection.pg_version // 10_000) == wanted
