"""Every migration of our own passes; those that were there before the lint say why they may."""

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from apps.database.checks import allowed_migrations_exist, migrations_stop_nobody
from apps.database.linting import refusals_of_ours

# Of the first release, whose tables were new. A later one is written so that it passes.
HISTORY = {"posts.0002_search", "posts.0003_tagged_posts_index"}


def of_ours() -> set[str]:
    names = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    return {".".join(node) for node in MigrationLoader(None).disk_migrations if node[0] in names}


def test_every_migration_of_ours_passes():
    assert [str(refusal) for refusal in refusals_of_ours()] == []


def test_only_history_passes_by_the_settings():
    assert of_ours() & settings.MIGRATIONS_ALLOWED.keys() == HISTORY


def test_without_them_history_is_refused(settings):
    settings.MIGRATIONS_ALLOWED = {}

    assert {str(refusal.migration) for refusal in refusals_of_ours()} == HISTORY
    assert {error.id for error in migrations_stop_nobody(None)} == {"database.E001"}


def test_a_name_that_no_migration_has_is_an_error(settings):
    assert allowed_migrations_exist(None) == []

    settings.MIGRATIONS_ALLOWED = {"posts.0002_serach": "A typing error."}
    (error,) = allowed_migrations_exist(None)
    assert error.id == "database.E002"
    assert "posts.0002_serach" in error.msg
