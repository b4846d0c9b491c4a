"""SQL by hand runs as it is written: nothing makes it careful."""

import re
from collections.abc import Iterator

from django.db.migrations import AddConstraint, AddIndex, RunSQL
from django.db.models import Index, UniqueConstraint

from apps.database.linting.hazards import DROPS, HAZARDS, HIDDEN, INDEX
from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of, table_of
from apps.database.linting.staging import is_after_the_deploy
from apps.database.linting.statements import statements_of, table_in
from apps.database.linting.step import Step

PLAIN_INDEX = re.compile(r'create (unique )?index "?(\w+)"? on \S+ \(([\w", ]+)\)', re.IGNORECASE)
CHANGES_ROWS = re.compile(
    r"(update|delete from|insert into .* select|merge into|with .*(?<!for )(update|delete from)) ",
    re.IGNORECASE,
)
NOT_IN_A_TRANSACTION = re.compile(r".*\bconcurrently\b|vacuum", re.IGNORECASE)


def keeps_others_out(step: Step) -> Iterator[Refusal]:
    for statement, table in _in_use(step):
        for hazard in HAZARDS:
            if hazard.pattern.match(statement):
                recipe = _as_an_operation(step, statement) if hazard is INDEX else ()
                yield step.refuse(hazard.unsafe.format(table=table), hazard.why, *recipe)


def keeps_somebody_out(step: Step) -> Iterator[Refusal]:
    if not step.is_in_an_app_in_use:
        return
    for statement in statements_of(step.operation, backwards=step.backwards):
        for hazard in HIDDEN:
            if hazard.pattern.match(statement):
                yield step.refuse(hazard.unsafe, hazard.why)


def drops_too_early(step: Step) -> Iterator[Refusal]:
    for statement, table in _in_use(step):
        # What is undone was never there for the code that is left.
        if step.backwards or not DROPS.match(statement) or is_after_the_deploy(step):
            continue
        yield step.refuse(
            f"it drops {table}, or a column of it, before the deploy.",
            "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for what goes, "
            "and each of its statements fails until it is replaced (42P01, 42703).",
            paste("After the deploy", step.operation, stage="POST_DEPLOY"),
        )


def rows_at_once(step: Step) -> Iterator[Refusal]:
    for statement, table in _in_use(step):
        if CHANGES_ROWS.match(statement) and step.tables.is_large(table):
            yield step.refuse(
                f"it changes rows of {table} in one statement.",
                "Each row stays locked (ROW EXCLUSIVE on the table, FOR UPDATE on its rows) until "
                "the last is written: who wants to write one waits (3.4 s for a million rows). "
                "A Backfill of apps.database.operations does it in short batches.",
            )


def several_statements(step: Step) -> Iterator[Refusal]:
    """The backend has no transaction around a migration: what failed second leaves the first."""
    if not step.is_a(RunSQL) or not step.is_in_an_app_in_use:
        return
    statements = statements_of(step.operation, backwards=step.backwards)
    if len(statements) < 2:
        return
    yield step.refuse(
        f"it has {len(statements)} statements, and no transaction around them.",
        "When one fails, those before it have happened, and the next run fails on them.",
        *_in_one_transaction(step),
    )


def _in_use(step: Step) -> Iterator[tuple[str, str]]:
    """Statements that lock a table in use, and that table."""
    for statement in statements_of(step.operation, backwards=step.backwards):
        table = table_in(statement)
        if table and not step.tables.is_free(table):
            yield statement, table


def _as_an_operation(step: Step, statement: str) -> Iterator[Paste]:
    """AddIndex or AddConstraint, where the index is one of whole columns of a model."""
    match = PLAIN_INDEX.fullmatch(statement)
    table = table_in(statement)
    models = [model for model in step.before.models.values() if table_of(model) == table]
    if not match or not models:
        return
    names = {column_of(name, field): name for name, field in models[0].fields.items()}
    columns = [column.strip(' "') for column in match[3].split(",")]
    if not all(column in names for column in columns):
        return
    facts = {"fields": [names[column] for column in columns], "name": match[2]}
    if match[1]:
        option, made = "constraints", AddConstraint(models[0].name_lower, UniqueConstraint(**facts))
    else:
        option, made = "indexes", AddIndex(models[0].name_lower, Index(**facts))
    yield paste(f"Let Django know of it: the same in Meta.{option}, and", made)


def _in_one_transaction(step: Step) -> Iterator[Paste]:
    from apps.database.operations import PostgresSQL

    forwards = statements_of(step.operation)
    backwards = statements_of(step.operation, backwards=True)
    if any(NOT_IN_A_TRANSACTION.match(statement) for statement in forwards + backwards):
        yield from _one_by_one(forwards, backwards)
        return
    reverse = backwards if step.operation.reverse_sql is not None else None
    yield paste("All of it, or nothing", PostgresSQL(forwards, reverse))


def _one_by_one(forwards: list[str], backwards: list[str]) -> Iterator[Paste]:
    """The last is undone first."""
    if backwards and len(backwards) != len(forwards):
        return
    pairs = zip(forwards, reversed(backwards or [RunSQL.noop] * len(forwards)), strict=True)
    for number, (statement, back) in enumerate(pairs):
        title = "and one after it" if number else "Each in a migration of its own: one"
        yield paste(title, RunSQL(statement, back))
