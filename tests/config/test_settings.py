"""The settings modules in processes of their own, as an operator meets them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings.environment import SETTINGS

ROOT = Path(__file__).parents[2]
KEY = "a-key-for-the-tests-" * 3
# Empty is unset, and keeps a developer's own `.env` out of it.
NOTHING = dict.fromkeys(SETTINGS, "")


def run(*command: str, module: str = "production", **values: str) -> subprocess.CompletedProcess:
    environment = os.environ | NOTHING | {"DJANGO_SETTINGS_MODULE": f"config.settings.{module}"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment | values,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("-c", "import config.wsgi"),
        ("-c", "import config.asgi"),
        ("-m", "config.gunicorn"),
    ],
)
def test_production_refuses_to_start_without_a_key(command):
    result = run(*command)

    assert result.returncode != 0
    assert (
        result.stderr.strip()
        == "SECRET_KEY is not set. Example: SECRET_KEY=$(openssl rand -base64 48)"
    )


def test_the_server_refuses_a_bad_number_of_processes_in_one_line():
    result = run("-m", "config.gunicorn", SECRET_KEY=KEY, WEB_CONCURRENCY="many")

    assert result.returncode != 0
    assert result.stderr == (
        "WEB_CONCURRENCY must be a whole number from 1 to 256. Example: WEB_CONCURRENCY=4\n"
    )


@pytest.mark.parametrize(
    ("values", "beginning"),
    [
        ({"DATABASE_URL": "postgresql://desk:hunter2@db:x/d"}, "DATABASE_URL must be"),
        ({"DEBUG": "on"}, "DEBUG must be off in production"),
        ({"WORKER_THREAD": "on"}, "WORKER_THREAD must be off in production"),
        ({"DB_POOL_SIZE": "five"}, "DB_POOL_SIZE must be a whole number"),
    ],
)
def test_production_refuses_a_bad_value_in_one_line(values, beginning):
    result = run("manage.py", "check", SECRET_KEY=KEY, **values)

    assert result.returncode != 0
    assert result.stderr.startswith(beginning)
    assert result.stderr.count("\n") == 1
    assert "hunter2" not in result.stderr


def test_the_deployment_check_is_clean_with_the_required_variables_alone():
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=KEY)

    assert result.returncode == 0, result.stderr
    assert "monitoring.I001" in result.stderr + result.stdout


@pytest.mark.parametrize("module", ["development", "production"])
def test_no_query_is_made_while_loading(module):
    """A pool opened before gunicorn forks would be shared by its workers."""
    code = (
        "from django.db.backends.base.base import BaseDatabaseWrapper as W\n"
        "def refuse(self): raise SystemExit('connected while loading')\n"
        "W.connect = refuse\n"
        "import config.wsgi"
    )
    database = "postgresql://copydesk@127.0.0.1:1/copydesk"

    result = run("-c", code, module=module, SECRET_KEY=KEY, DATABASE_URL=database)

    assert result.returncode == 0, result.stderr


def test_logs_in_production_are_json_without_local_variables():
    code = (
        "import django, logging; django.setup()\n"
        "def f():\n    password = 'hunter2'\n    raise ValueError('boom')\n"
        "try: f()\n"
        "except ValueError: logging.getLogger('apps.x').exception('failed')"
    )

    result = run("-c", code, SECRET_KEY=KEY)

    assert '"event": "failed"' in result.stderr
    assert "boom" in result.stderr
    assert "hunter2" not in result.stderr.replace("password = 'hunter2'", "")
    assert result.stderr.startswith("{")


def test_a_laptop_keeps_its_key(tmp_path):
    from config.settings.secret_key import kept_in

    key = kept_in(tmp_path / "var" / "secret_key")

    assert len(key) >= 50
    assert kept_in(tmp_path / "var" / "secret_key") == key
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o077 == 0
