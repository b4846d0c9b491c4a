"""Copydesk's own database, from nothing, in one run of either stage."""

import os
import subprocess
import sys

import pytest

from config.settings.environment import SETTINGS
from tests.database.migrating.project import ROOT

# A driver, or anything that is about one database alone.
FOREIGN = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "migrate", *sys.argv[1:]])
names = {name.split(".")[0] for name in sys.modules} | set(sys.modules)
foreign = {"psycopg", "django_zero_downtime_migrations", "django.contrib.postgres",
    "django.db.backends.postgresql", "apps.database.postgresql"}
print("foreign:", sorted(names & foreign))
"""


def run(address: str, *arguments: str) -> subprocess.CompletedProcess:
    values = dict.fromkeys(SETTINGS, "") | {"DATABASE_URL": address, "DB_ROLE": "command"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | values | {"DJANGO_SETTINGS_MODULE": "config.settings.development"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("stage", [(), ("--pre-deploy",)])
def test_an_empty_database_installs_in_one_run(address, stage):
    first = run(address, "manage.py", "migrate", *stage)
    second = run(address, "manage.py", "migrate")

    assert first.returncode == 0, first.stderr
    assert "left for after the deploy" not in first.stdout
    assert "No migrations to apply" in second.stdout, second.stderr


def test_models_and_migrations_agree(address):
    checked = run(address, "manage.py", "makemigrations", "--check", "--dry-run")

    assert checked.returncode == 0, checked.stdout


def test_nothing_of_postgresql_is_imported_on_sqlite(sqlite, address):
    migrated = run(address, "-c", FOREIGN)

    assert "foreign: []" in migrated.stdout, migrated.stderr
