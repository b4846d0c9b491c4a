"""A second opinion: squawk reads the SQL that our backend makes of every migration of ours."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AlterField
from django.db.migrations.loader import MigrationLoader
from syzygy import Stage
from syzygy.plan import must_post_deploy_migration

from apps.database.operations import AlterFieldType, Backfill, ExpandRename, RetireField

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
    # They ask for less than before, or are of our backend's and operations' own making.
    *(f"ban-drop-{what}" for what in ("constraint", "default", "function", "not-null", "trigger")),
)
# What must be gone is dropped after the deploy; AlterFieldType swaps two columns.
EXCLUDED_OF_DROPS = ("ban-drop-column", "ban-drop-table", "renaming-column")


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


def swaps(migration) -> bool:
    return any(isinstance(operation, AlterFieldType) for operation in migration.operations)


SAFE = [
    AlterField("post", "score", models.IntegerField(default=0)),
    AlterField("post", "title", models.CharField(max_length=50, null=True, unique=True)),
    AddField("post", "about", models.ForeignKey("blog.Post", models.CASCADE, null=True)),
    AddField("post", "stars", models.PositiveIntegerField(db_default=0)),
    AddConstraint("post", models.CheckConstraint(condition=models.Q(score__gt=0), name="above")),
    RetireField("post", "author"),
    ExpandRename("post", "title", "headline"),
    Backfill("post", {"score": 1}),
]


@pytest.mark.parametrize("operation", SAFE, ids=repr)
def test_squawk_and_our_lint_agree_on_what_is_safe(operation, live_blog, tmp_path):
    migration = live_blog.migration(operation, stage=Stage.POST_DEPLOY)
    with connection.schema_editor(collect_sql=True) as editor:
        migration.apply(live_blog.state.clone(), editor, collect_sql=True)
    file = tmp_path / "blog.sql"
    file.write_text("\n".join(editor.collected_sql))

    assert live_blog.lint_migration(migration) == []
    assert squawk([file]) == []


def test_squawk_has_nothing_against_our_migrations(own_schema, tmp_path):
    loader = MigrationLoader(connection, replace_migrations=False)
    # The tables of an initial one are new, and squawk does not always see it.
    ours = [
        it
        for it in loader.disk_migrations.values()
        if it.app_label in OURS and not it.initial and str(it) not in settings.MIGRATIONS_ALLOWED
    ]
    files = {it: written(loader, it, tmp_path) for it in ours}
    drops = {it for it in ours if must_post_deploy_migration(it) or swaps(it)}

    assert squawk([file for it, file in files.items() if it not in drops]) == []
    assert squawk([file for it, file in files.items() if it in drops], *EXCLUDED_OF_DROPS) == []


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
