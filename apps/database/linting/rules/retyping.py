"""Columns that get another type: most of them PostgreSQL writes again, row by row."""

from collections.abc import Iterator

from django.db.migrations import AddConstraint, AddField, AlterField
from django.db.models import (
    NOT_PROVIDED,
    BigIntegerField,
    CheckConstraint,
    F,
    Field,
    IntegerField,
    Q,
    SmallIntegerField,
)
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from apps.database.linting.casts import digits_of, is_free_cast, length_of
from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of, type_of
from apps.database.linting.step import Step

PLAIN = {
    "PositiveBigIntegerField": BigIntegerField,
    "PositiveIntegerField": IntegerField,
    "PositiveSmallIntegerField": SmallIntegerField,
}
# What a column has beside its type; AlterFieldType leaves it alone.
REST = ("null", "primary_key", "_unique", "db_index", "db_default")


def another_type(step: Step) -> Iterator[Refusal]:
    old, new = altered(step)
    if old is None:
        return
    before, collation = type_of(step.connection, step.before, step.model, old)
    after, new_collation = type_of(step.connection, step.after, step.model, new)
    column = f"{step.table}.{column_of(step.operation.name, old)}"
    if collation != new_collation:
        yield _collating(step, new, column)
    elif is_free_cast(before, after):
        return
    elif _counts(old) != _counts(new):
        yield _another_key(step, f"it makes the key {column} {after}, which was {before}.")
    elif not is_free_cast(after, before):
        yield _rewriting(step, old, new, f"it makes {column} {after}, which was {before}.")
    elif not step.backwards:
        # On the way down the wider type stays, which is no work and no loss.
        yield _narrowing(step, f"it narrows {column} to {after}, which was {before}.", after)


def more_than_its_type(step: Step) -> Iterator[Refusal]:
    """AlterFieldType says so itself, but when half of the plan is done."""
    from apps.database.operations import AlterFieldType

    if not isinstance(step.operation, AlterFieldType) or not step.table:
        return
    old, new = step.field_in(step.before), step.field_in(step.after)
    kinds_differ = _is_checked(old) != _is_checked(new) or _counts(old) != _counts(new)
    if not kinds_differ and _rest(old) == _rest(new):
        return
    yield step.refuse(
        f"its AlterFieldType changes more of {step.table}.{column_of(step.operation.name, new)}.",
        "The second column gets what belongs to the first; the rest is for an AlterField.",
        *_in_two(step, old, new),
    )


def altered(step: Step) -> tuple[Field, Field] | tuple[None, None]:
    """The two fields of a column of a table in use."""
    if not step.is_a(AlterField) or not step.table:
        return None, None
    old, new = step.field_in(step.before), step.field_in(step.after)
    if old is None or new is None or not column_of(step.operation.name, new):
        return None, None
    return old, new


def _rewriting(step: Step, old: Field, new: Field, unsafe: str) -> Refusal:
    return step.refuse(
        unsafe,
        "PostgreSQL writes every row and every index again under ACCESS EXCLUSIVE, and nobody "
        "reads or writes the table until it is done (1.5 s for a million rows).",
        *_in_two(step, old, new),
    )


def _in_two(step: Step, old: Field, new: Field) -> Iterator[Paste]:
    """The type through a second column, then what else is new."""
    from apps.database.operations import AlterFieldType

    model, name = step.operation.model_name, step.operation.name
    if _counts(old) != _counts(new):
        # By no type alone.
        return
    if _is_checked(old) != _is_checked(new):
        # Its check is of its class: the type changes while it is of a plain one.
        if _is_checked(old):
            yield paste("First without its check", AlterField(model, name, _unchecked(old)))
        typed = _unchecked(new)
    else:
        typed = new.clone()
    for attribute in REST:
        setattr(typed, attribute, getattr(old, attribute))
    yield paste(
        "Through a second column, which is kept alike and takes its place",
        AlterFieldType(model, name, typed),
    )
    if _rest(old) != _rest(new) or _is_checked(typed) != _is_checked(new):
        stage = "POST_DEPLOY" if old.null and not new.null else ""
        yield paste("Then the rest, on its own", AlterField(model, name, new), stage=stage)


def _another_key(step: Step, unsafe: str) -> Refusal:
    """One that is counted has a sequence, and no number is a uuid."""
    return step.refuse(
        unsafe,
        "PostgreSQL has no such cast, or writes every row and every index again under ACCESS "
        "EXCLUSIVE. Add a second column, fill it by a Backfill, make it unique, and let code and "
        "references go over to it; the old key stays what it is until nobody asks for it.",
    )


def _collating(step: Step, new: Field, column: str) -> Refusal:
    return step.refuse(
        f"it gives {column} another collation.",
        "PostgreSQL builds every index of the column again under ACCESS EXCLUSIVE, and nobody "
        "reads or writes the table until it is done.",
        *_beside_the_first(step, new),
    )


def _beside_the_first(step: Step, new: Field) -> Iterator[Paste]:
    from apps.database.operations import Backfill

    if new.primary_key:
        return
    model, name = step.operation.model_name, step.operation.name
    other = f"{name}_collated"
    second = new.clone()
    second.null, second._unique, second.db_column = True, False, None
    second.default = second.db_default = NOT_PROVIDED
    yield paste(
        "A second column with it, which the code fills beside the first",
        AddField(model, other, second),
    )
    unfilled = Q(**{f"{name}__isnull": False, f"{other}__isnull": True})
    yield paste(
        "When it does, the rows there are, in short batches; then the code goes over to it",
        Backfill(model, {other: F(name)}, where=unfilled),
    )


def _narrowing(step: Step, unsafe: str, after: str) -> Refusal:
    return step.refuse(
        unsafe,
        "PostgreSQL looks at every row under ACCESS EXCLUSIVE, and code that is running still "
        "writes what does not fit (22001).",
        *_at_most(step, after),
    )


def _at_most(step: Step, after: str) -> Iterator[Paste]:
    column, size = step.operation.name, length_of(after)
    if size is not None:
        fits = LessThanOrEqual(Length(column), size)
    elif (size := digits_of(after)) is not None:
        fits = Q(**{f"{column}__gt": -(10**size), f"{column}__lt": 10**size})
    else:
        return
    name = f"{step.table}_{column}_at_most_{size}"
    yield paste(
        "Keep the type, in the model too, and let a constraint of its Meta hold the size, after "
        "the deploy",
        AddConstraint(step.operation.model_name, CheckConstraint(condition=fits, name=name)),
        stage="POST_DEPLOY",
    )


def _rest(field: Field) -> list:
    return [getattr(field, attribute) for attribute in REST]


def _is_checked(field: Field) -> bool:
    return field.get_internal_type().startswith("Positive")


def _unchecked(field: Field) -> Field:
    """The same without the check of its class, if it has one."""
    kind = PLAIN.get(field.get_internal_type(), type(field))
    _, _, arguments, options = field.deconstruct()
    return kind(*arguments, **options)


def _counts(field: Field) -> bool:
    return field.get_internal_type().endswith("AutoField")
