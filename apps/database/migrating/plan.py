"""The plan as rows: what each operation does to whom, and for how long."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db.migrations.loader import MigrationLoader
from syzygy.plan import Plan

from apps.database.locks import STRENGTHS
from apps.database.models import MigrationRun
from apps.database.observer import Kind, Statement

from .estimates import Estimates
from .foresight import Foreseen, foresee
from .sizes import size_of
from .stages import new_apps, waits_for_deploy

# From what costs others least. Unknown is Python, and what only an earlier step makes knowable.
KINDS = [Kind.FREE, Kind.BATCHED, Kind.ONLINE, Kind.BRIEF]
UNKNOWN = "unknown"


@dataclass(frozen=True)
class PlannedStatement:
    sql: str
    kind: str
    lock: str
    tables: list[str]
    seconds: float


@dataclass(frozen=True)
class PlannedOperation:
    """`kind` and `lock` are those of the statement that others feel most; "" where there is none,
    or where locks do not matter. `seconds` is None where nothing can be expected.
    """

    migration: str
    stage: str
    operation: str
    kind: str
    lock: str
    table: str
    rows: int
    bytes: int
    seconds: float | None
    reversible: bool
    statements: list[PlannedStatement]

    def as_json(self) -> dict:
        return asdict(self)


def planned(connection, plan: Plan) -> Iterator[PlannedOperation]:
    new = new_apps(MigrationLoader(connection))
    estimates = Estimates(connection)
    for step in foresee(connection, plan):
        later = waits_for_deploy(step.migration, step.backwards, new)
        stage = MigrationRun.Stage.AFTER if later else MigrationRun.Stage.BEFORE
        yield _planned(connection, step, str(stage.value), estimates)


def _planned(connection, step: Foreseen, stage: str, estimates: Estimates) -> PlannedOperation:
    statements = [_with_time(connection, found, estimates) for found in step.statements or ()]
    is_unknown = step.statements is None
    # Where one process writes, nobody's lock is anybody's matter.
    unknown = UNKNOWN if is_unknown and connection.vendor == "postgresql" else ""
    table = next((found.tables[0] for found in statements if found.tables), step.table)
    rows, size = size_of(connection, table)
    return PlannedOperation(
        migration=str(step.migration),
        stage=stage,
        operation=("Undo: " if step.backwards else "") + step.operation.describe(),
        kind=max((s.kind for s in statements), key=_cost, default=unknown),
        lock=max((s.lock for s in statements), key=_strength, default=unknown),
        table=table,
        rows=rows,
        bytes=size,
        seconds=None if is_unknown else round(sum(s.seconds for s in statements), 4),
        reversible=step.operation.reversible,
        statements=statements,
    )


def _with_time(connection, statement: Statement, estimates: Estimates) -> PlannedStatement:
    seconds = estimates.seconds(statement, size_of(connection, statement.table))
    return PlannedStatement(
        statement.sql,
        statement.kind.value,
        "" if statement.kind is Kind.FREE else statement.lock,
        list(statement.tables),
        round(seconds, 4),
    )


def _cost(kind: str) -> int:
    return KINDS.index(Kind(kind))


def _strength(lock: str) -> int:
    return STRENGTHS.index(lock) if lock in STRENGTHS else -1
