"""A small project whose one app, `blog`, gets its migrations from a case."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import Server, clean_environment

from .steps import Step

ROOT = Path(__file__).parent.parent.parent
SETTINGS = """
import os

DATABASES = {{
    "default": {{
        "ENGINE": "{engine}",
        "HOST": "127.0.0.1",
        "PORT": os.environ["SCRATCH_PORT"],
        "NAME": os.environ["SCRATCH_DATABASE"],
        "USER": "copydesk",
    }}
}}
INSTALLED_APPS = {apps}
SECRET_KEY = "scratch"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""
# What a connection of ours may spend on a lock, for the check that runs out of it.
BUDGET = """
import os

from apps.database.postgresql.base import DatabaseWrapper
from apps.database.postgresql.limits import Limits

if budget := os.environ.get("SCRATCH_BUDGET"):
    DatabaseWrapper.limits = Limits(budget_seconds=float(budget))
"""
MIGRATION = """
from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models
from django.db.models import Q
from syzygy import Stage

{imports}


class Migration(migrations.Migration):
    {attributes}
    dependencies = {dependencies}
    operations = [
        {operations}
    ]
"""
FIRST = Step(
    """migrations.CreateModel("Author", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=100)),
        ]),
        migrations.CreateModel("Post", [
            ("id", models.AutoField(primary_key=True)),
            ("title", models.CharField(max_length=200)),
            ("slug", models.CharField(max_length=100)),
            ("body", models.TextField()),
            ("status", models.CharField(max_length=20)),
            ("views", models.IntegerField(default=0, db_index=True)),
            ("rating", models.IntegerField(null=True)),
            ("note", models.CharField(max_length=100)),
            ("editor", models.ForeignKey(
                "blog.Author", models.CASCADE, null=True, db_constraint=False, db_index=False
            )),
            ("created_at", models.DateTimeField()),
        ]),"""
)
FILL = (
    "INSERT INTO blog_author (name) SELECT 'Author ' || n FROM generate_series(1, 1000) n",
    """
    INSERT INTO blog_post
        (title, slug, body, status, views, rating, note, editor_id, created_at)
    SELECT 'Title ' || n, 'slug-' || n, repeat('x', 200),
        CASE n % 10 WHEN 0 THEN 'draft' ELSE 'live' END, n % 1000,
        CASE n % 2 WHEN 0 THEN n % 5 END, 'Note ' || n, 1 + n % 1000, now()
    FROM generate_series(1, {rows}) n
    """,
    "VACUUM ANALYZE",
    "CHECKPOINT",
)


@dataclass(frozen=True)
class Side:
    """Whose backend and command migrate."""

    name: str
    engine: str
    apps: tuple[str, ...]

    @property
    def template(self) -> str:
        return f"template_{self.name}"


STOCK = Side("stock", "django.db.backends.postgresql", ("blog",))
OURS = Side("ours", "apps.database.postgresql", ("apps.database", "syzygy", "blog"))


class Scratch:
    """One side's project on one server; `database` is changed from case to case."""

    def __init__(self, folder: Path, server: Server, side: Side):
        self.folder, self.server, self.side = folder / side.name, server, side
        self.migrations = self.folder / "blog" / "migrations"
        self.migrations.mkdir(parents=True)
        for package in (self.folder / "blog", self.migrations):
            (package / "__init__.py").touch()
        if side is OURS:
            (self.folder / "blog" / "__init__.py").write_text(BUDGET)
        # Seconds that a statement may wait for its lock; None for as long as always.
        self.budget_seconds: float | None = None
        settings = SETTINGS.format(engine=side.engine, apps=list(side.apps))
        (self.folder / "scratch_settings.py").write_text(settings)
        self.write([])

    def write(self, steps: Sequence[Step], imports: str = "") -> None:
        """The app's migrations: 0001_step, which makes the tables, and one for each step."""
        for old in self.migrations.glob("0*.py"):
            old.unlink()
        for number, step in enumerate([FIRST, *steps], 1):
            # A backfill commits its batches itself.
            attributes = ["atomic = False"] if "Backfill(" in step.operations else []
            if step.is_after and self.side is OURS:
                attributes.append("stage = Stage.POST_DEPLOY")
            text = MIGRATION.format(
                imports=imports,
                attributes="\n    ".join(attributes),
                dependencies=[("blog", f"{number - 1:04}_step")] if number > 1 else [],
                operations=step.operations,
            )
            (self.migrations / f"{number:04}_step.py").write_text(text)

    def migrate(self, *arguments: str, database: str) -> subprocess.Popen:
        """Starts the command; its output is one text."""
        environment = clean_environment() | {
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "scratch_settings",
            "SCRATCH_PORT": str(self.server.port),
            "SCRATCH_DATABASE": database,
            "SCRATCH_BUDGET": str(self.budget_seconds or ""),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "django", "migrate", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
