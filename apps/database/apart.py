"""A new migration that alters several tables becomes one for each."""

from copy import copy

from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from .linting.steps import note_tables, steps_of
from .linting.tables import InUse


def apart(migration: Migration, state: ProjectState) -> list[Migration]:
    """In their order; `state` is taken along. What others depend on is the last, by its name."""
    groups = _by_table(migration, state)
    parts = []
    for number, operations in enumerate(groups, start=1):
        part = copy(migration)
        part.operations = operations
        if number > 1:
            part.dependencies = []
        if number < len(groups):
            part.name = f"{migration.name}_{number}"
        parts.append(part)
    return parts


def _by_table(migration: Migration, state: ProjectState) -> list[list[Operation]]:
    groups: list[tuple[str | None, list[Operation]]] = []
    for step in steps_of(migration, state, InUse()):
        note_tables(step)
        table = next(iter(step.altered_tables), None)
        place = _place(groups, table, step.operation, migration.app_label)
        if place is None:
            groups.append((table, [step.operation]))
        else:
            known, operations = groups[place]
            groups[place] = (known or table, [*operations, step.operation])
    return [operations for _, operations in groups]


def _place(groups: list, table: str | None, operation: Operation, app_label: str) -> int | None:
    """The last group that it may join: of its table, and everything behind lets it pass."""
    for place in reversed(range(len(groups))):
        known, operations = groups[place]
        if table is None or known in (None, table):
            return place
        if _refers_to_others(operation) and not all(
            other.reduce(operation, app_label) is True for other in operations
        ):
            return None
    return None


def _refers_to_others(operation: Operation) -> bool:
    """An index or a plain column asks for nothing but its own table."""
    field = getattr(operation, "field", None)
    return not hasattr(operation, "model_name") or bool(field and field.remote_field)
