"""The command, on an app in a folder of its own, with nobody there to answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = """
SECRET_KEY = "only-for-tests"
INSTALLED_APPS = ["apps.database", "syzygy", "shelf"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""
MODELS = """
from django.db import models
class Author(models.Model):
    pass
class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, null=True)
    {field}
"""
# What was compiled is believed while size and second of a file are the same.
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "shelf_settings", "PYTHONDONTWRITEBYTECODE": "1"}


class Shelf:
    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "shelf" / "migrations").mkdir(parents=True)
        (folder / "shelf" / "__init__.py").touch()
        (folder / "shelf" / "migrations" / "__init__.py").touch()
        (folder / "shelf_settings.py").write_text(SETTINGS)

    def manage(self, *arguments: str, code: int = 0) -> str:
        run = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | {"PYTHONPATH": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == code, run.stdout + run.stderr
        return run.stdout + run.stderr

    def becomes(self, field: str) -> None:
        """The models with that field."""
        (self.folder / "shelf" / "models.py").write_text(MODELS.format(field=field))

    def makemigrations(self) -> list[str]:
        self.manage("makemigrations", "shelf", "--verbosity", "0")
        return sorted(file.stem for file in self.folder.glob("shelf/migrations/0*.py"))


@pytest.fixture
def shelf(sqlite, tmp_path) -> Shelf:
    return Shelf(tmp_path)


def test_fields_come_and_go_in_migrations_that_pass_the_lint_and_apply(shelf):
    shelf.becomes("title = models.CharField(max_length=9)")
    assert shelf.makemigrations() == ["0001_initial"]

    shelf.becomes("pages = models.IntegerField(default=3)")
    _, before, after = shelf.makemigrations()
    assert before == "0002_retire_book_title_book_pages"
    assert after.startswith("0003_drop_book_title_")
    script = (
        "from django.core.management import call_command as call\n"
        "call('makemigrations', check=True, dry_run=True)\n"
        "call('check', deploy=True, tags=['migrations'])\n"
        "call('migrate', verbosity=0)\n"
        "call('migrate', 'shelf', '0001', verbosity=0)\n"
    )
    assert "No changes detected" in shelf.manage("shell", "--no-imports", "-c", script)


def test_what_only_its_author_can_say_ends_in_a_sentence(shelf):
    shelf.becomes("pass")
    shelf.makemigrations()

    shelf.becomes("day = models.DateField()")
    said = shelf.manage("makemigrations", "shelf", code=3)
    assert "impossible to add a non-nullable field" in said
    assert "EOFError" not in said
