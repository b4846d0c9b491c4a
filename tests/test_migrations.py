"""Every app's migrations: one leaf, a name, models and migrations agree, up, down and up again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.settings.environment import SETTINGS

ROOT = Path(__file__).parent.parent
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


def migrate(address: str, *target: str) -> None:
    values = dict.fromkeys(SETTINGS, "") | {"DATABASE_URL": address, "DB_ROLE": "command"}
    values |= {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", *target],
        cwd=ROOT,
        env=os.environ | values,
        check=True,
        timeout=120,
    )


def up_down_and_up(address: str) -> None:
    migrate(address)
    # In reverse, so that what an app's tables are named by is gone before them.
    for app in ("admin", *reversed(migrated_apps())):
        if app != "users":
            migrate(address, app, "zero")
    migrate(address, "users", "zero")
    migrate(address)


@pytest.mark.slow
def test_up_down_and_up_on_sqlite(sqlite, tmp_path):
    up_down_and_up(f"sqlite:///{tmp_path}/migrated.sqlite3")


@pytest.mark.slow
def test_up_down_and_up_on_postgresql(spare_postgres):
    up_down_and_up(f"postgresql://copydesk@127.0.0.1:{spare_postgres.port}/postgres")


@pytest.mark.django_db
def test_the_server_is_of_the_version_asked_for(postgres):
    wanted = os.environ.get("TEST_POSTGRES_VERSION", "18")

    assert str(connection.pg_version // 10_000) == wanted
