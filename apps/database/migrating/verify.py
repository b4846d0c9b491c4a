"""After a run: every step is recorded, and none has left something behind."""

from collections.abc import Callable

from django.db.migrations.recorder import MigrationRecorder
from syzygy.plan import Plan

from apps.database.errors import MigrationStopped
from apps.database.leftovers import invalid_indexes, unvalidated_constraints


class Verification:
    """Made before the run, for what was there already is not the run's."""

    def __init__(self, connection, say: Callable[[str], None]):
        self.connection = connection
        self.say = say
        self.before = self._leftovers()

    def __call__(self, plan: Plan) -> None:
        """Raises MigrationStopped with what is not as the plan says."""
        self._all_recorded(plan)
        self._nothing_left()

    def _all_recorded(self, plan: Plan) -> None:
        applied = MigrationRecorder(self.connection).applied_migrations()
        wrong = [str(step) for step, backwards in plan if is_recorded(step, applied) is backwards]
        if wrong:
            raise MigrationStopped(
                f"Ran, but the database does not say so of {', '.join(wrong)}.",
                "Somebody may have changed django_migrations meanwhile: look, and run it again.",
            )

    def _nothing_left(self) -> None:
        names = {leftover.name for leftover in self.before}
        left = [leftover for leftover in self._leftovers() if leftover.name not in names]
        for leftover in left:
            self.say(f"Left behind: {leftover.name} on {leftover.table}. {leftover.remedy}")

    def _leftovers(self) -> list:
        if self.connection.vendor != "postgresql":
            return []
        constraints = unvalidated_constraints(self.connection, defined=False)
        return [*invalid_indexes(self.connection), *constraints]


def is_recorded(migration, applied) -> bool:
    keys = migration.replaces or [(migration.app_label, migration.name)]
    return all(tuple(key) in applied for key in keys)
