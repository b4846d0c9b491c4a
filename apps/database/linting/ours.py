"""The lint of every migration that is ours, before there is a table to look at.

Each one is read by itself, as if every table it finds were full and in use, in both directions.
"""

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from .linter import in_order, lint
from .refusal import Refusal
from .steps import note_tables, steps_of, undone
from .tables import InUse
from .waivers import is_of_others


def refusals_of_ours() -> list[Refusal]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = ProjectState(real_apps=loader.unmigrated_apps)
    found: list[Refusal] = []
    for migration in in_order(loader):
        if is_of_others(migration):
            state = migration.mutate_state(state, preserve=False)
            continue
        steps = steps_of(migration, state, InUse())
        for step in steps:
            note_tables(step)
        forwards = list(lint(steps))
        said = {(refusal.place, refusal.unsafe) for refusal in forwards}
        # What cannot be undone was refused, or answered for, on the way up.
        backwards = [refusal for refusal in lint(undone(steps)) if refusal.waivable]
        found += forwards
        found += [refusal for refusal in backwards if (refusal.place, refusal.unsafe) not in said]
    return found
