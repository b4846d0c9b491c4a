"""Each migration of our own apps, up, down and up again, with rows put in before it.

The graph is walked, so a migration that is written later is in it without being named.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from apps.database.operations import Backfill, ContractRename
from tests.rows import put_rows
from tests.snapshots import Table, in_order, snapshot

OURS = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
Snapshot = dict[str, Table]


@dataclass
class Tried:
    """What the database was before, after the way up, after the way down, and up again."""

    name: str
    before: Snapshot
    up: Snapshot
    down: Snapshot
    again: Snapshot
    operations: list[Operation]

    def problems(self) -> list[str]:
        """Where the way down leads elsewhere than back, and the second up than the first.

        By kind: a column that was dropped comes back, and its values do not; one that was widened
        stays, and so do the values that nulls were filled with; of two columns that hold the same
        the other one is the copy.
        """
        before, down = deepcopy(self.before), deepcopy(self.down)
        fills = any(isinstance(one, Backfill) for one in self.operations)
        for name in before.keys() & self.up.keys() & down.keys():
            excuse(before[name], self.up[name], down[name])
            if fills:
                excuse_filled(before[name], self.up[name])
            for one in self.operations:
                if isinstance(one, ContractRename):
                    excuse_turned(before[name], one.old_name, one.new_name)
        return [
            *(f"{self.name}, down: {one}" for one in differences(before, down)),
            *(f"{self.name}, again: {one}" for one in differences(self.up, self.again)),
        ]


def tried(connection: BaseDatabaseWrapper, *, with_first: bool) -> Iterator[Tried]:
    """`with_first`: also the migrations that begin an app. All are applied in the end, and of
    others those that ours stand on.
    """
    executor = MigrationExecutor(connection)
    leaves = [node for node in executor.loader.graph.leaf_nodes() if node[0] in OURS]
    plan = executor.migration_plan(leaves, clean_start=True)
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    # Apps with tables that have got no rows since they were changed.
    changed: set[str] = set()
    for migration, _ in plan:
        if migration.app_label in OURS and (with_first or not migration.initial):
            put_rows(state.apps, changed | {migration.app_label}, connection.alias)
            changed.clear()
            before = snapshot(connection)
            run(connection, migration.apply, state)
            up = snapshot(connection)
            run(connection, migration.unapply, state)
            down = snapshot(connection)
            after = run(connection, migration.apply, state)
            again, operations = snapshot(connection), migration.operations
            yield Tried(str(migration), before, up, down, again, operations)
        else:
            after = run(connection, migration.apply, state)
        changed |= OURS & {migration.app_label}
        state = after


def run(connection, way: Callable, state: ProjectState) -> ProjectState:
    with connection.schema_editor(atomic=way.__self__.atomic) as editor:
        return way(state.clone(), editor)


def excuse(before: Table, up: Table, down: Table) -> None:
    for name in before.columns.keys() - up.columns.keys():
        for row in (*before.rows, *down.rows):
            row.pop(name, None)
    for name in before.columns.keys() & down.columns.keys():
        if width(before, name) < width(down, name) == width(up, name):
            before.columns[name] = down.columns[name]
    for one in (before, down):
        one.rows.sort(key=in_order)


def excuse_filled(before: Table, up: Table) -> None:
    filled = {row["id"]: row for row in up.rows if "id" in row}
    for row in before.rows:
        now = filled.get(row.get("id"), row)
        row.update({name: now[name] for name, value in row.items() if value is None})
    before.rows.sort(key=in_order)


def excuse_turned(before: Table, one: str, other: str) -> None:
    """Either may be the copy: both are written, and a trigger keeps them alike."""
    columns = before.columns
    if one in columns and other in columns:
        columns[one], columns[other] = columns[other], columns[one]
    turned = {f'"{one}"': f'"{other}"', f'"{other}"': f'"{one}"'}
    for name, text in before.objects.items():
        before.objects[name] = re.sub("|".join(turned), lambda found: turned[found[0]], text)


def width(table: Table, name: str) -> int:
    """The most characters that a column takes; 0 if it is no text, or has no limit."""
    found = re.fullmatch(r"(?:character varying|varchar)\((\d+)\)", table.columns[name][0])
    return int(found[1]) if found else 0


def differences(one: Snapshot, other: Snapshot) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        if name not in one or name not in other:
            yield f"the table {name} is {'left over' if name in other else 'gone'}"
            continue
        for part in ("columns", "objects", "rows"):
            was, now = getattr(one[name], part), getattr(other[name], part)
            if was != now:
                yield f"{name}, {part}: {told(was, now)} became {told(now, was)}"


def told(value, without=()) -> str:
    """What of a dict or a list is not in another, or all of it."""
    items = value.items() if isinstance(value, dict) else value
    others = without.items() if isinstance(without, dict) else without
    return str([one for one in items if one not in others])[:2_000]
