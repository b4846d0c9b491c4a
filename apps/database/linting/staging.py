"""Before or after the deploy, as syzygy tells the two apart."""

from django.db.migrations import Migration
from syzygy.exceptions import AmbiguousStage
from syzygy.plan import must_post_deploy_migration

from .step import Step


def is_mixed(migration: Migration) -> bool:
    try:
        must_post_deploy_migration(migration)
    except AmbiguousStage:
        return True
    return False


def is_after_the_deploy(step: Step) -> bool:
    """Whether no older code runs any more; what is mixed is refused for that alone."""
    if is_mixed(step.migration):
        return True
    return bool(must_post_deploy_migration(step.migration, step.backwards))
