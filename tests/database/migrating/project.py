"""A project of one small app beside `apps.database`, migrated by real processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

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
import time
from django.db import migrations, models
from syzygy import Stage
from apps.database.operations import PostgresSQL
class Migration(migrations.Migration):
    dependencies = {dependencies!r}
{body}
"""
BOOK = """
operations = [migrations.CreateModel("Book", [
    ("id", models.BigAutoField(primary_key=True)),
    ("title", models.CharField(max_length=100)),
    ("pages", models.IntegerField(null=True)),
])]
"""


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

    def start(self, *arguments: str, release: str = "") -> subprocess.Popen:
        apps = ", ".join(repr(path.parent.name) for path in self.folder.glob("*/migrations"))
        settings = f"settings_{release.replace('.', '_')}"
        (self.folder / f"{settings}.py").write_text(
            SETTINGS.format(address=self.address, release=release, apps=apps)
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.Popen(
            [sys.executable, "-W", "error::RuntimeWarning", "manage.py", *arguments],
            cwd=ROOT,
            env=kept | {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def migrate(self, *arguments: str, release: str = "") -> "Ended":
        return ended(self.start("migrate", *arguments, release=release))


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
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return Ended(process.returncode, out, err)
