"""Columns that are altered: into another type, or so that they refuse NULL."""

from collections.abc import Iterator

from django.db.migrations import AddConstraint, AlterField
from django.db.models import CheckConstraint, Field
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from apps.database.linting.casts import is_free_cast, length_of
from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of, type_of
from apps.database.linting.staging import is_after_the_deploy
from apps.database.linting.step import Step


def another_type(step: Step) -> Iterator[Refusal]:
    old, new = _altered(step)
    if old is None:
        return
    before = type_of(step.connection, step.before, step.model, old)
    after = type_of(step.connection, step.after, step.model, new)
    if before[1] == after[1] and is_free_cast(before[0], after[0]):
        return
    narrows = before[1] == after[1] and is_free_cast(after[0], before[0])
    # On the way down the wider type stays, which is no work and no loss.
    if narrows and step.backwards:
        return
    column = f"{step.table}.{column_of(step.operation.name, old)}"
    if narrows:
        yield _narrowing(step, column, before[0], after[0])
    else:
        yield _rewriting(step, column, " ".join(before).strip(), " ".join(after).strip())


def no_more_null(step: Step) -> Iterator[Refusal]:
    old, new = _altered(step)
    if old is None or new.null or not old.null or is_after_the_deploy(step):
        return
    yield step.refuse(
        f"{step.table}.{column_of(step.operation.name, new)} refuses NULL before the deploy.",
        "The table is looked through beside those who write (SHARE UPDATE EXCLUSIVE), but code "
        "that is running writes NULL there by name, which no db_default helps, and each of its "
        "inserts fails until it is replaced (23502).",
        paste(
            "Alone in a migration, after the deploy",
            AlterField(step.operation.model_name, step.operation.name, new),
            stage="POST_DEPLOY",
        ),
    )


def _altered(step: Step) -> tuple[Field, Field] | tuple[None, None]:
    """The two fields of a column of a table in use."""
    if not step.is_a(AlterField) or not step.table:
        return None, None
    old, new = step.field_in(step.before), step.field_in(step.after)
    if old is None or new is None or not column_of(step.operation.name, new):
        return None, None
    return old, new


def _rewriting(step: Step, column: str, before: str, after: str) -> Refusal:
    from apps.database.operations import AlterFieldType

    operation = step.operation
    return step.refuse(
        f"it makes {column} {after}, which was {before}.",
        "PostgreSQL writes every row and every index again under ACCESS EXCLUSIVE, and nobody "
        "reads or writes the table until it is done (1.5 s for a million rows).",
        paste(
            "Through a second column, which is kept alike and takes its place",
            AlterFieldType(operation.model_name, operation.name, step.field_in(step.after)),
        ),
    )


def _narrowing(step: Step, column: str, before: str, after: str) -> Refusal:
    return step.refuse(
        f"it narrows {column} to {after}, which was {before}.",
        "PostgreSQL looks at every row under ACCESS EXCLUSIVE, and code that is running still "
        "writes what does not fit (22001).",
        *_at_most(step, length_of(after)),
    )


def _at_most(step: Step, length: int | None) -> Iterator[Paste]:
    if length is None:
        return
    name = f"{step.table}_{step.operation.name}_at_most_{length}"
    fits = LessThanOrEqual(Length(step.operation.name), length)
    yield paste(
        "Keep the type, and let a constraint hold the length, after the deploy",
        AddConstraint(step.operation.model_name, CheckConstraint(condition=fits, name=name)),
        stage="POST_DEPLOY",
    )
