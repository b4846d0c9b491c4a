"""A second opinion: squawk reads the SQL that our backend makes of every migration of ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from syzygy.plan import must_post_deploy_migration

SQUAWK = Path(sys.executable).with_name("squawk")
OURS = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
EXCLUDED = (
    # The backend runs a statement again, and sees what of a migration is done already.
    "prefer-robust-stmts",
    # The backend sets them for each statement.
    "require-lock-timeout",
    "require-statement-timeout",
    # Django's own choice of types.
    "prefer-text-field",
    "prefer-bigint-over-int",
    # It cannot know the old type: a varchar may get wider. Our own lint does.
    "changing-column-type",
)
# What must be gone is dropped after the deploy.
EXCLUDED_AFTER_THE_DEPLOY = tuple(
    f"ban-drop-{what}" for what in ("column", "constraint", "function", "table", "trigger")
)


def squawk(files: list[Path], *excluded: str) -> list[tuple[str, str]]:
    """What squawk has against them: the file's name and the rule."""
    if not files:
        return []
    options = [f"--exclude={','.join([*EXCLUDED, *excluded])}", "--reporter=json"]
    run = subprocess.run([SQUAWK, *options, *files], capture_output=True, text=True, timeout=60)
    assert run.stdout, run.stderr
    return [(Path(found["file"]).stem, found["rule_name"]) for found in json.loads(run.stdout)]


def written(loader: MigrationLoader, migration, folder: Path) -> Path:
    """As `sqlmigrate` does it."""
    sql = loader.collect_sql([(migration, False)])
    assert not {"BEGIN;", "COMMIT;"} & set(sql)
    file = folder / f"{migration}.sql"
    file.write_text("\n".join(sql))
    return file


def test_squawk_has_nothing_against_our_migrations(own_schema, tmp_path):
    loader = MigrationLoader(connection, replace_migrations=False)
    # The tables of an initial one are new, and squawk does not always see it.
    ours = [
        it
        for it in loader.disk_migrations.values()
        if it.app_label in OURS and not it.initial and str(it) not in settings.MIGRATIONS_ALLOWED
    ]
    files = {it: written(loader, it, tmp_path) for it in ours}
    before = [file for it, file in files.items() if not must_post_deploy_migration(it)]
    after = [file for it, file in files.items() if must_post_deploy_migration(it)]

    assert squawk(before) == []
    assert squawk(after, *EXCLUDED_AFTER_THE_DEPLOY) == []


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE INDEX i ON posts (title);", "require-concurrent-index-creation"),
        ("ALTER TABLE posts ADD CONSTRAINT c CHECK (id > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE posts DROP COLUMN title;", "ban-drop-column"),
        ("ALTER TABLE posts ADD k uuid DEFAULT gen_random_uuid();", "adding-field-with-default"),
    ],
)
def test_squawk_does_find_something(sql, rule, tmp_path):
    file = tmp_path / "blog.0002_change.sql"
    file.write_text(sql)

    assert ("blog.0002_change", rule) in squawk([file])
