"""What a plan would execute, operation by operation, while nothing is executed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.migrations import Migration, SeparateDatabaseAndState
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from syzygy.plan import Plan

from apps.database.linting.shapes import table_of
from apps.database.linting.steps import walked
from apps.database.observer import Statement


@dataclass(frozen=True)
class Foreseen:
    """One operation. `table` is its model's, "" if it has none; `statements` is None where only
    running it could tell: Python.
    """

    migration: Migration
    operation: Operation
    backwards: bool
    table: str
    statements: Sequence[Statement] | None


def foresee(connection, plan: Plan) -> Iterator[Foreseen]:
    executor = MigrationExecutor(connection)
    forwards = executor._create_project_state(with_applied_migrations=True)
    made: set[str] = set()
    for migration, backwards in plan:
        state = forwards
        if backwards:
            key = migration.app_label, migration.name
            state = executor.loader.project_state(key, at_end=False)
        steps = list(walked(migration, state))
        for operation, before, after in reversed(steps) if backwards else steps:
            table = _table(migration.app_label, operation, before, after)
            move = operation.database_forwards
            change = migration.app_label, before, after
            if backwards:
                move, change = operation.database_backwards, (migration.app_label, after, before)
            statements = None
            if is_sql(operation):
                statements = _statements(connection, made, move, *change)
            yield Foreseen(migration, operation, backwards, table, statements)


def _table(app_label: str, operation: Operation, *states: ProjectState) -> str:
    name = getattr(operation, "model_name", "") or getattr(operation, "name", "")
    key = app_label, str(name).lower()
    return next((table_of(state.models[key]) for state in states if key in state.models), "")


def is_sql(operation: Operation) -> bool:
    if isinstance(operation, SeparateDatabaseAndState):
        return all(map(is_sql, operation.database_operations))
    return operation.reduces_to_sql


def _statements(connection, made, move, app_label, before, after) -> list | None:
    if connection.vendor != "postgresql":
        return []
    # Nothing of PostgreSQL is imported on SQLite.
    from apps.database.postgresql.foreseeing import ForeseeingEditor

    try:
        with ForeseeingEditor(connection, made) as editor:
            move(app_label, editor, before, after)
    except (ValueError, DatabaseError):
        # It looks for what an earlier step of the plan has yet to make.
        return None
    return editor.foreseen
