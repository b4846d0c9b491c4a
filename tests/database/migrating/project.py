"""A project of one small app beside `apps.database`, migrated by real processes."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from textwrap import dedent, indent
from threading import Timer

import psycopg

from tests.races import PATIENCE_SECONDS

ROOT = Path(__file__).parents[3]
SETTINGS = """
from config.settings import environment
environment.fixed = {{"DATABASE_URL": {address!r}, "DB_ROLE": "command", "RELEASE": {release!r}}}
from config.settings.stores import databases
SECRET_KEY = "only-for-tests"
RELEASE = {release!r}
INSTALLED_APPS = ["apps.database", "syzygy", {apps}]
DATABASES = databases(environment.current())
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGGING_CONFIG = None
"""
MIGRATION = """
import pathlib
import time
from django.db import migrations, models
from syzygy import Stage
from apps.database.operations import Backfill, ExpandRename, PostgresSQL
class Migration(migrations.Migration):
    dependencies = {dependencies!r}
{body}
"""
numbers = itertools.count()


class Project:
    """The app is `shelf`; its models are not looked at, only its migrations."""

    def __init__(self, folder: Path, address: str):
        self.folder = folder
        self.address = address
        self.app("shelf")

    def app(self, name: str) -> None:
        package = self.folder / name / "migrations"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").touch()
        (package / "__init__.py").touch()

    def migration(self, name: str, body: str, app: str = "shelf", needs=()) -> None:
        """The body of the class; it depends on the app's last one and on `needs`."""
        files = sorted((self.folder / app / "migrations").glob("0*.py"))
        dependencies = [(app, files[-1].stem)] if files else []
        source = MIGRATION.format(
            dependencies=[*dependencies, *needs], body=indent(dedent(body), "    ")
        )
        (self.folder / app / "migrations" / f"{name}.py").write_text(source)

    def fill(self, rows: int) -> None:
        """Books numbered from 1, and statistics that know of them."""
        numbers = ",".join(f"('Book {number}')" for number in range(1, rows + 1))
        self.execute(f"INSERT INTO shelf_book (title) VALUES {numbers}")
        self.execute("ANALYZE")

    def execute(self, sql: str) -> list[tuple]:
        with closing(self._connect()) as connection:
            cursor = connection.execute(sql)
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
        return rows

    def _connect(self):
        if self.address.startswith("sqlite"):
            return sqlite3.connect(self.address.removeprefix("sqlite:///"))
        return psycopg.connect(self.address)

    def runs(self) -> list[tuple]:
        """Name and state of each MigrationRun of the app, and its note."""
        return self.execute(
            "SELECT name, state, note FROM database_migrationrun WHERE app = 'shelf' ORDER BY id"
        )

    def applied(self) -> list[str]:
        rows = self.execute("SELECT name FROM django_migrations WHERE app = 'shelf' ORDER BY id")
        return [name for (name,) in rows]

    def start(self, *arguments: str, release: str = "", settings: str = "") -> subprocess.Popen:
        apps = ", ".join(repr(path.parent.name) for path in self.folder.glob("*/migrations"))
        module = f"settings_{next(numbers)}"
        text = SETTINGS.format(address=self.address, release=release, apps=apps)
        (self.folder / f"{module}.py").write_text(text + settings)
        # With PYTHONUNBUFFERED everything is printed at once, and in production it is not set.
        foreign = ("PG", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return subprocess.Popen(
            [sys.executable, "-W", "error::RuntimeWarning", "manage.py", *arguments],
            cwd=ROOT,
            env=kept
            | {
                "DJANGO_SETTINGS_MODULE": module,
                "PYTHONPATH": str(self.folder),
                # What was compiled is believed while size and second of a file are the same.
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def migrate(self, *arguments: str, **settings: str) -> "Ended":
        return ended(self.start("migrate", *arguments, **settings))


class Ended:
    def __init__(self, code: int, out: str, err: str):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit code {self.code}\n{self.out}\n{self.err}"


def ended(process: subprocess.Popen, how: signal.Signals | None = None) -> Ended:
    """What it printed, and how it ended, after the signal if there is one."""
    if how:
        process.send_signal(how)
    try:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    return Ended(process.returncode, out, err)


def line_with(text: str, process: subprocess.Popen) -> str:
    """The first line it prints with the text in it, from here on."""
    too_late = Timer(PATIENCE_SECONDS, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            if text in line:
                return line
    finally:
        too_late.cancel()
    raise AssertionError(f"It ended without {text!r}: {process.stderr.read()}")


def end_sessions(session: psycopg.Connection, name: str) -> None:
    """Ends the one session of the database whose name begins so."""
    ended = session.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE starts_with(application_name, %s) AND datname = current_database()",
        [name],
    ).fetchall()
    assert ended == [(True,)]
