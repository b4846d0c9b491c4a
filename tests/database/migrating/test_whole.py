"""Copydesk's own database, from nothing, in one run of either stage."""

import os
import subprocess
import sys

import pytest

from config.settings.environment import SETTINGS
from tests.database.migrating.project import ROOT

# `migrate`, and then what it has loaded that is PostgreSQL's alone.
MIGRATE = """
import sys
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "migrate", *sys.argv[1:]])
foreign = {"psycopg", "django_zero_downtime_migrations", "django.contrib.postgres",
    "django.db.backends.postgresql", "apps.database.postgresql"}
print("PostgreSQL's:", sorted(foreign & sys.modules.keys()))
"""


def migrate(address: str, *arguments: str) -> str:
    values = dict.fromkeys(SETTINGS, "") | {"DATABASE_URL": address, "DB_ROLE": "command"}
    done = subprocess.run(
        [sys.executable, "-c", MIGRATE, *arguments],
        cwd=ROOT,
        env=os.environ | values | {"DJANGO_SETTINGS_MODULE": "config.settings.development"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def installs_at_once(address: str, *stage: str) -> str:
    first, second = migrate(address, *stage), migrate(address)

    assert "left for after the deploy" not in first
    assert "No migrations to apply" in second
    return first


def test_sqlite_installs_in_one_run_and_loads_no_driver(sqlite, address):
    assert "PostgreSQL's: []" in installs_at_once(address, "--pre-deploy")


@pytest.mark.slow
@pytest.mark.parametrize("stage", [(), ("--pre-deploy",)])
def test_postgresql_installs_in_one_run_of_either_stage(postgres, address, stage):
    installs_at_once(address, *stage)
