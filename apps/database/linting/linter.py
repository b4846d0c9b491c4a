"""The pass itself: the plan's steps, asked of every rule."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from .refusal import Refusal
from .rules import OF_A_MIGRATION, OF_A_STEP
from .step import Step
from .steps import note_tables, steps_of, undone
from .tables import Tables
from .waivers import EVERY, how_to_waive, waivers_of

NO_REASON = "Its waiver says “safe” and not why; the reason is what a waiver is."
Plan = Sequence[tuple[Migration, bool]]


def refusals(connection, plan: Plan) -> list[Refusal]:
    """Everything in the plan, as `MigrationExecutor.migration_plan` gives it, that would stop
    somebody: in the plan's order, nothing executed. Never anything on SQLite.
    """
    if connection.vendor != "postgresql":
        return []
    tables = Tables(connection)
    found = []
    for steps in _migrations(MigrationLoader(connection), plan, tables):
        for step in steps:
            note_tables(step)
        found += lint(steps)
    return found


def lint(steps: Sequence[Step]) -> Iterator[Refusal]:
    """What the rules refuse of one migration, and nobody has answered for."""
    if not (found := list(_broken_rules(steps))):
        return
    migration = steps[0].migration
    waivers = waivers_of(migration)
    for refusal in found:
        reason = waivers.get(refusal.place, waivers.get(EVERY))
        if not refusal.waivable:
            yield refusal
        elif reason is None:
            yield replace(refusal, waiver=how_to_waive(migration))
        elif not reason:
            yield replace(refusal, unsafe=f"{refusal.unsafe} {NO_REASON}")


def _broken_rules(steps: Sequence[Step]) -> Iterator[Refusal]:
    for step in steps:
        for rule in OF_A_STEP:
            yield from rule(step)
    for rule in OF_A_MIGRATION:
        yield from rule(steps)


def _migrations(loader: MigrationLoader, plan: Plan, tables: Tables) -> Iterator[list[Step]]:
    state = _applied(loader)
    for migration, backwards in plan:
        if backwards:
            node = (migration.app_label, migration.name)
            earlier = loader.project_state(node, at_end=False)
            yield undone(steps_of(migration, earlier, tables))
        else:
            yield steps_of(migration, state, tables)


def in_order(loader: MigrationLoader) -> Iterator[Migration]:
    """Every migration there is, each after those it needs."""
    plans = (loader.graph.forwards_plan(leaf) for leaf in sorted(loader.graph.leaf_nodes()))
    for node in dict.fromkeys(node for plan in plans for node in plan):
        yield loader.graph.nodes[node]


def _applied(loader: MigrationLoader) -> ProjectState:
    """The models as what is applied has left them."""
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration in in_order(loader):
        if (migration.app_label, migration.name) in loader.applied_migrations:
            state = migration.mutate_state(state, preserve=False)
    return state
