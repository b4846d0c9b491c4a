"""Two fields of one column: a column that is there is not made again, and goes with either."""

from collections.abc import Iterator

from django.db.migrations import AddField, AlterField, RemoveField, RenameField
from django.db.models import BigIntegerField, Field, IntegerField, SmallIntegerField

from apps.database.linting.casts import is_free_cast
from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of, type_of
from apps.database.linting.step import Step

NUMBERS = {"smallint": SmallIntegerField, "integer": IntegerField, "bigint": BigIntegerField}


def column_is_there(step: Step) -> Iterator[Refusal]:
    if not step.is_a(AddField) or step.backwards or not step.table:
        return
    field = step.operation.field
    if other := _other_of_its_column(step, field):
        column = f"{step.table}.{column_of(step.operation.name, field)}"
        yield step.refuse(
            f"it adds {column}, which is the column of the field {other}.",
            f"It would be taken as it is, and what it holds is lost when {other} is removed. "
            f"If {step.operation.name} takes the place of {other}, the column can stay.",
            *_one_after_the_other(step, other, field),
        )


def column_is_anothers(step: Step) -> Iterator[Refusal]:
    from apps.database.operations import DropColumn

    if step.backwards or not isinstance(step.operation, RemoveField | DropColumn) or not step.table:
        return
    field = step.field_in(step.before) or getattr(step.operation, "field", None)
    if field and (other := _other_of_its_column(step, field)):
        yield step.refuse(
            f"it drops {step.table}.{column_of(step.operation.name, field)}, which is the column "
            f"of the field {other}.",
            f"All code asks for {other}, and each of its statements fails from then on (42703). "
            f"Take the operation out; where it is RemoveField, it is for the state alone: "
            "SeparateDatabaseAndState(state_operations=[…]).",
        )


def _other_of_its_column(step: Step, field: Field) -> str:
    column = column_of(step.operation.name, field)
    others = step.model_in(step.after).fields.items()
    same = (
        name
        for name, other in others
        if name != step.operation.name and column and column_of(name, other) == column
    )
    return next(same, "")


def _one_after_the_other(step: Step, old: str, field: Field) -> Iterator[Paste]:
    from apps.database.operations import AlterFieldType

    model, new = step.operation.model_name, step.operation.name
    kept = step.field_in(step.before, old).clone()
    before, _ = type_of(step.connection, step.before, step.model, kept)
    after, _ = type_of(step.connection, step.after, step.model, field)
    if not is_free_cast(before, after):
        if after not in NUMBERS:
            return
        kept = NUMBERS[after](null=kept.null, default=kept.default, db_default=kept.db_default)
        yield paste("First its type", AlterFieldType(model, old, kept.clone()))
    kept.db_column = column_of(new, field)
    later = "POST_DEPLOY" if kept.null and not field.null else ""
    yield paste(
        "The column stays, which needs no SQL",
        AlterField(model, old, kept),
        RenameField(model, old, new),
    )
    yield paste("and becomes what it is to be", AlterField(model, new, field), stage=later)
