"""Django's executor, where being done and being recorded are apart on PostgreSQL."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class Executor(MigrationExecutor):
    """What Python has done it would do twice if the run was killed before it was recorded, so both
    are one transaction. Everything else finds what is done done.
    """

    def apply_migration(self, state, migration, fake=False, fake_initial=False):
        run = partial(super().apply_migration, state, migration, fake, fake_initial)
        return self._whole(run, "apply", migration, fake)

    def unapply_migration(self, state, migration, fake=False):
        run = partial(super().unapply_migration, state, migration, fake)
        return self._whole(run, "unapply", migration, fake)

    def _whole(
        self, run: Callable[[], ProjectState], what: str, migration: Migration, fake: bool
    ) -> ProjectState:
        if self.connection.vendor != "postgresql" or not is_python_alone(migration):
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


def is_python_alone(migration: Migration) -> bool:
    """In a transaction anyway, as its author wants it."""
    return bool(migration.atomic and migration.operations) and all(
        isinstance(operation, RunPython) and operation.atomic is not False
        for operation in migration.operations
    )
