"""What a migration holds together that should be apart. Each rule takes all steps of one."""

import re
from collections.abc import Iterator, Sequence

from django.db.migrations import RunPython
from syzygy.exceptions import AmbiguousStage
from syzygy.plan import partition_operations

from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.staging import is_mixed
from apps.database.linting.statements import statements_of
from apps.database.linting.step import Step

from .python import as_it_is

REPEATABLE = re.compile(
    r"(create or replace|comment on|analyze|grant|revoke|select|set) |.*\bif (not )?exists\b",
    re.IGNORECASE,
)


def python_beside_ddl(steps: Sequence[Step]) -> Iterator[Refusal]:
    data = [step for step in steps if _runs_python(step)]
    if not data or not any(step.altered_tables for step in steps):
        return
    step = data[0]
    yield step.refuse(
        "it runs Python in the migration that alters a table.",
        "In one transaction the table's ACCESS EXCLUSIVE would be kept until the last row is "
        "written (7.0 s for a million rows); without one, what fails second leaves the first.",
        as_it_is("In a migration of its own", step.operation),
    )


def by_hand_beside_others(steps: Sequence[Step]) -> Iterator[Refusal]:
    """What Django makes is passed over when it is there already; what SQL does is done again."""
    by_hand = [step for step in steps if _runs_once(step)]
    if not by_hand or len(steps) < 2 or not any(step.altered_tables for step in steps):
        return
    step = by_hand[0]
    yield step.refuse(
        "its SQL stands beside other operations.",
        "There is no transaction around a migration: when one of the others fails, the SQL has "
        "happened, and the next run fails on it or does it twice.",
        paste("In a migration of its own", step.operation),
    )


def more_than_one_table(steps: Sequence[Step]) -> Iterator[Refusal]:
    if any(step.backwards for step in steps):
        # What has run cannot be parted any more: an app's first migration drops all its tables.
        return
    first: set[str] = set()
    for step in steps:
        tables = step.altered_tables
        first = first or set(tables[:1])
        if others := [table for table in tables if table not in first]:
            yield step.refuse(
                f"it alters {' and '.join(others)}, and the migration {' '.join(first)} too.",
                "Two tables that are locked one after the other are a deadlock with whoever locks "
                "them the other way round; and when the second fails, the first is done.",
                *([paste("In a migration of its own", step.operation)] if tables == others else ()),
            )
            return


def both_stages(steps: Sequence[Step]) -> Iterator[Refusal]:
    if not steps or steps[0].backwards or not any(step.altered_tables for step in steps):
        return
    migration = steps[0].migration
    if not is_mixed(migration):
        return
    yield steps[-1].refuse(
        "its migration holds what comes before the deploy and what comes after it.",
        "Either the code that is running or the code that comes finds a table it does not expect.",
        *_apart(migration),
    )


def _runs_python(step: Step) -> bool:
    if not step.is_a(RunPython):
        return False
    code = step.operation.reverse_code if step.backwards else step.operation.code
    return code not in (None, RunPython.noop)


def _runs_once(step: Step) -> bool:
    statements = statements_of(step.operation, backwards=step.backwards)
    return not all(map(REPEATABLE.match, statements))


def _apart(migration) -> Iterator[Paste]:
    try:
        before, after = partition_operations(migration.operations, migration.app_label)
    except AmbiguousStage:
        return
    yield paste("One before the deploy", *before)
    yield paste("and one after it", *after, stage="POST_DEPLOY")
