"""Django's executor, where being done and being recorded are apart on PostgreSQL."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from apps.database.operations.sql import PostgresSQL


class Executor(MigrationExecutor):
    """What Python and SQL have done they would do twice if the run was killed before it was
    recorded, so both are one transaction. Everything else finds what is done done.
    """

    # By its SQL, in the transaction of that.
    recorded: Migration | None = None

    def apply_migration(self, state, migration, fake=False, fake_initial=False):
        run = partial(super().apply_migration, state, migration, fake, fake_initial)
        return self._whole(run, "apply", migration, fake)

    def unapply_migration(self, state, migration, fake=False):
        run = partial(super().unapply_migration, state, migration, fake)
        return self._whole(run, "unapply", migration, fake)

    def _whole(
        self, run: Callable[[], ProjectState], what: str, migration: Migration, fake: bool
    ) -> ProjectState:
        if self.connection.vendor != "postgresql":
            return run()
        if is_sql_alone(migration):
            return self._with_its_sql(run, what, migration)
        if not is_python_alone(migration):
            return run()
        # What is told is written down for others to see: not within the transaction.
        tell, self.progress_callback = self.progress_callback, None
        try:
            tell(f"{what}_start", migration, fake)
            with transaction.atomic(self.connection.alias):
                state = run()
            tell(f"{what}_success", migration, fake)
        finally:
            self.progress_callback = tell
        return state

    def _with_its_sql(
        self, run: Callable[[], ProjectState], what: str, migration: Migration
    ) -> ProjectState:
        def record():
            getattr(self.recorder, f"record_{verb}")(migration.app_label, migration.name)
            self.recorded = migration

        verb = "applied" if what == "apply" else "unapplied"
        self.connection.also = record
        try:
            return run()
        finally:
            self.connection.also = None

    def record_migration(self, migration):
        if migration is not self.recorded:
            super().record_migration(migration)


def is_sql_alone(migration: Migration) -> bool:
    return [type(one) for one in migration.operations] == [PostgresSQL] and not migration.replaces


def is_python_alone(migration: Migration) -> bool:
    """In a transaction anyway, as its author wants it."""
    return bool(migration.atomic and migration.operations) and all(
        isinstance(operation, RunPython) and operation.atomic is not False
        for operation in migration.operations
    )
