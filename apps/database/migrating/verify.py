"""After a run: every step is recorded, and none has left something behind."""

from django.db.migrations.recorder import MigrationRecorder
from syzygy.plan import Plan

from apps.database.errors import MigrationStopped


def verify(connection, plan: Plan) -> None:
    """Raises MigrationStopped with what is not as the plan says."""
    applied = MigrationRecorder(connection).applied_migrations()
    wrong = [str(step) for step, backwards in plan if _is_recorded(step, applied) is backwards]
    if wrong:
        raise MigrationStopped(
            f"Ran, but the database does not say so of {', '.join(wrong)}.",
            "Another process may have changed django_migrations meanwhile; look, and run it again.",
        )


def _is_recorded(migration, applied) -> bool:
    keys = migration.replaces or [(migration.app_label, migration.name)]
    return all(tuple(key) in applied for key in keys)
