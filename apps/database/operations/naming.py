"""From the operation of a backfill to its name, and back."""

from collections.abc import Iterator

from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


def name_of(operation: Operation, app_label: str) -> str:
    """`users.0005_fill_email_verified`, with `:2` for the second of its kind there.

    An operation is not told which migration it stands in: the files are asked. One that stands
    in none, in a test, is named after its model.
    """
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    names = (name for name, found, _ in _named(type(operation), loader) if found is operation)
    return next(names, f"{app_label}.{operation.model_name}")


def find(name: str, kind: type[Operation]) -> tuple[Operation, str, ProjectState] | None:
    """The operation of that name, its app, and the models as they are before it."""
    loader = MigrationLoader(None)
    for found, operation, migration in _named(kind, loader):
        if found == name:
            return operation, migration.app_label, _state_before(operation, migration, loader)
    return None


def _named(
    kind: type[Operation], loader: MigrationLoader
) -> Iterator[tuple[str, Operation, Migration]]:
    for (app, file), migration in loader.disk_migrations.items():
        of_kind = (one for one in _leaves(migration.operations) if isinstance(one, kind))
        for number, operation in enumerate(of_kind, start=1):
            suffix = f":{number}" if number > 1 else ""
            yield f"{app}.{file}{suffix}", operation, migration


def _leaves(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _leaves(operation.database_operations)
        else:
            yield operation


def _state_before(
    operation: Operation, migration: Migration, loader: MigrationLoader
) -> ProjectState:
    state = loader.project_state((migration.app_label, migration.name), at_end=False)
    for earlier in migration.operations:
        if operation in _leaves([earlier]):
            break
        earlier.state_forwards(migration.app_label, state)
    return state
