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
from django.db.migrations.state import ProjectState

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

    def problems(self) -> list[str]:
        """Where the way down leads elsewhere than back, and the second up than the first.

        A column that was dropped comes back, and its values do not; one that was widened stays.
        """
        before, down = deepcopy(self.before), deepcopy(self.down)
        for name in before.keys() & self.up.keys() & down.keys():
            excuse(before[name], self.up[name], down[name])
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
    for migration, _ in plan:
        if migration.app_label in OURS and (with_first or not migration.initial):
            put_rows(state.apps, OURS, connection.alias)
            before = snapshot(connection)
            run(connection, migration.apply, state)
            up = snapshot(connection)
            run(connection, migration.unapply, state)
            down = snapshot(connection)
            after = run(connection, migration.apply, state)
            yield Tried(str(migration), before, up, down, snapshot(connection))
        else:
            after = run(connection, migration.apply, state)
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
