"""Columns that are added: code that runs does not know them, and no row may be written again."""

from collections.abc import Iterator

from django.db.migrations import AddField, AlterField, AlterOrderWithRespectTo, RemoveField
from django.db.models import NOT_PROVIDED, Field, IntegerField, Q
from django.db.models.lookups import IsNull

from apps.database.expressions import RandomUUID
from apps.database.linting.defaults import (
    constant_default,
    db_default_for,
    has_db_default,
    is_called,
    is_called_for_each_row,
)
from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of
from apps.database.linting.step import Step
from apps.database.linting.volatility import volatile_function

REWRITES = (
    "PostgreSQL writes every row again under ACCESS EXCLUSIVE, and nobody reads or writes the "
    "table until it is done (7.6 s for a million rows)."
)


def not_null(step: Step) -> Iterator[Refusal]:
    field = _added(step)
    if field is None or field.null or field.generated or has_db_default(field):
        return
    yield step.refuse(
        f"it adds {_name(step, field)}, NOT NULL without a default of the database.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running does not know the column, "
        "and each of its inserts fails until it is replaced (23502). Django's default= is dropped "
        "from the table as soon as the column is there.",
        *_known_to_the_database(step, field),
    )


def another_value_for_each_row(step: Step) -> Iterator[Refusal]:
    field = _added(step)
    if field is None or not has_db_default(field):
        return
    function = volatile_function(step.connection, field)
    if function:
        yield step.refuse(
            f"it adds {_name(step, field)} with the volatile default {function}().",
            f"It is called for each row: {REWRITES}",
            *_in_phases(step, field),
        )


def one_value_for_all_rows(step: Step) -> Iterator[Refusal]:
    field = _added(step)
    if field is None or not field.null or not field.has_default() or has_db_default(field):
        return
    if constant_default(field) is not NOT_PROVIDED:
        return
    empty = field.clone()
    empty.default = NOT_PROVIDED
    altered = field.clone()
    yield step.refuse(
        f"it adds {_name(step, field)} with a default that is called.",
        "Django calls it once and gives all rows there are that one value.",
        paste(
            "Let the rows there are stay NULL; the default is for those to come",
            AddField(step.operation.model_name, step.operation.name, empty),
            AlterField(step.operation.model_name, step.operation.name, altered),
        ),
    )


def one_value_for_a_unique_column(step: Step) -> Iterator[Refusal]:
    field = _added(step)
    if field is None or field.generated or not (field.unique and has_db_default(field)):
        return
    if volatile_function(step.connection, field):
        return
    yield step.refuse(
        f"it adds {_name(step, field)}, which is unique, with one value for all rows.",
        "The second row is one too many (23505), and so is the second that code writes which does "
        "not know the column.",
        _empty_for_now(step, field),
    )


def stored_expression(step: Step) -> Iterator[Refusal]:
    field = _added(step)
    if field is None or not (field.generated and field.db_persist):
        return
    yield step.refuse(
        f"it adds {_name(step, field)}, which is generated and stored.",
        f"It is computed for each row: {REWRITES}",
        *_computed_in_batches(step, field),
    )


def order_column(step: Step) -> Iterator[Refusal]:
    if not step.is_a(AlterOrderWithRespectTo) or not step.table:
        return
    after = step.model_in(step.after)
    if after is None or not after.options.get("order_with_respect_to"):
        return
    yield step.refuse(
        f"it adds {step.table}._order, NOT NULL without a default of the database.",
        "Code that is running does not know the column, and each of its inserts fails until it is "
        "replaced (23502).",
        paste(
            "Order by a number of your own, in Meta.ordering and where rows are made",
            AddField(step.model.name_lower, "position", IntegerField(db_default=0)),
        ),
    )


def _added(step: Step) -> Field | None:
    """The field whose column is added to a table in use."""
    if not step.is_a(RemoveField if step.backwards else AddField) or not step.table:
        return None
    # The state has lost a default that is for this migration alone.
    field = getattr(step.operation, "field", None) or step.field_in(step.after)
    return field if field and column_of(step.operation.name, field) else None


def _name(step: Step, field: Field) -> str:
    return f"{step.table}.{column_of(step.operation.name, field)}"


def _known_to_the_database(step: Step, field: Field) -> Iterator[Paste]:
    known = field.clone()
    known.db_default = db_default_for(field)
    if not getattr(step.operation, "preserve_default", True):
        known.default = NOT_PROVIDED
    if is_called(field) and field.get_internal_type() == "UUIDField":
        known.db_default = RandomUUID()
        yield from _in_phases(step, known)
    elif known.db_default is NOT_PROVIDED or field.unique or is_called_for_each_row(field):
        yield _empty_for_now(step, known)
    else:
        title = "Let the database know the default: the same db_default in the model, and"
        yield paste(title, AddField(step.operation.model_name, step.operation.name, known))


def _empty_for_now(step: Step, field: Field) -> Paste:
    """The rows there are stay NULL; a default that is called is for those to come."""
    model, name = step.operation.model_name, step.operation.name
    later = field.clone()
    later.null, later.db_default = True, NOT_PROVIDED
    empty = later.clone()
    empty.default = NOT_PROVIDED
    operations = [AddField(model, name, empty)]
    how = "null=True in the model"
    if is_called(field):
        operations.append(AlterField(model, name, later))
    elif field.has_default():
        how += ", and no default"
    return paste(f"Let the rows there are stay NULL: {how}, and", *operations)


def _computed_in_batches(step: Step, field: Field) -> Iterator[Paste]:
    from apps.database.operations import Backfill

    model, name = step.operation.model_name, step.operation.name
    plain = field.output_field.clone()
    plain.null = True
    unfilled = Q(IsNull(field.expression, False), **{f"{name}__isnull": True})
    yield paste(
        "A plain column, which the code fills for new rows (a field of this kind, in `save`)",
        AddField(model, name, plain),
    )
    yield paste(
        "When it does, the rows there are, in short batches",
        Backfill(model, {name: field.expression}, where=unfilled),
    )


def _in_phases(step: Step, field: Field) -> Iterator[Paste]:
    from apps.database.operations import Backfill

    model, name = step.operation.model_name, step.operation.name
    empty, filled = field.clone(), field.clone()
    empty.null = filled.null = True
    empty.default = empty.db_default = NOT_PROVIDED
    yield paste(
        "The same db_default in the model; first the column, then its default, which only new "
        "rows get",
        AddField(model, name, empty),
        AlterField(model, name, filled),
    )
    yield paste(
        "Then the rows there are, in short batches", Backfill(model, {name: field.db_default})
    )
    if not field.null:
        yield paste(
            "At last, after the deploy", AlterField(model, name, field), stage="POST_DEPLOY"
        )
