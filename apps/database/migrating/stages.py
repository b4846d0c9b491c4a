"""Which migrations run before a deploy, and which after it: syzygy's answer, and two of ours.

The first migrations of an app come before the deploy whatever they say: nobody uses its tables
yet. And what builds on a step that waits for a deploy is refused, with the name of that step.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.commands import migrate
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from syzygy import Stage
from syzygy.plan import Plan, must_post_deploy_migration

from apps.database.errors import Refused

from .executor import Executor


class FirstStageExecutor(Executor):
    def migration_plan(self, targets, clean_start=False) -> Plan:
        plan = super().migration_plan(targets, clean_start=clean_start)
        # From a clean start it is the order of everything there is, not what is to be done.
        return plan if clean_start else first_stage(plan, self.loader)


@contextmanager
def planning(stage: Stage) -> Iterator[None]:
    """Within it Django's command plans one stage, or both with the second.

    The command finds its executor by this name and nowhere else; syzygy's does the same.
    """
    migrate.MigrationExecutor = FirstStageExecutor if stage is Stage.PRE_DEPLOY else Executor
    try:
        yield
    finally:
        migrate.MigrationExecutor = MigrationExecutor


def waits_for_deploy(migration: Migration, backwards: bool, new_apps: set[str]) -> bool:
    """Whether it may run only when no process of an older release is left."""
    if migration.app_label in new_apps:
        return backwards
    return bool(must_post_deploy_migration(migration, backwards))


def steps_after_deploy(plan: Plan, new_apps: set[str]) -> Plan:
    return [step for step in plan if waits_for_deploy(*step, new_apps)]


def new_apps(loader: MigrationLoader) -> set[str]:
    """Apps of which no migration is applied."""
    return loader.migrated_apps - {app for app, _ in loader.applied_migrations}


def first_stage(plan: Plan, loader: MigrationLoader) -> Plan:
    """The steps before the deploy. Refused if one of them must follow a step after it."""
    new = new_apps(loader)
    first, waiting = [], {}
    for migration, backwards in plan:
        if waits_for_deploy(migration, backwards, new):
            waiting[migration.app_label, migration.name] = migration
        elif needs := _first_that_must_precede(migration, backwards, waiting, loader):
            raise not_reachable(migration, backwards, needs)
        else:
            first.append((migration, backwards))
    return first


def _first_that_must_precede(migration, backwards, waiting, loader) -> Migration | None:
    if not waiting:
        return None
    key = migration.app_label, migration.name
    order = loader.graph.backwards_plan if backwards else loader.graph.forwards_plan
    around = set(order(key))
    return next((waiting[key] for key in waiting if key in around), None)


def not_reachable(migration: Migration, backwards: bool, needs: Migration) -> Refused:
    if backwards:
        return Refused(
            f"{needs} is undone after the deploy, and {migration}, which is to be undone "
            "before it, stands below.",
            "Undo them in one `manage.py migrate` without `--pre-deploy`.",
        )
    return Refused(
        f"Two releases are pending: {migration} comes before the deploy of its release, and is "
        f"built on {needs}, which comes after the deploy of an earlier one.",
        f"Deploy the release that brought {needs} first, and run `manage.py migrate` once all "
        "its processes run; then come back to this one.",
    )
