"""Names: code that runs knows the old one until it is replaced, however brief the lock is."""

from collections.abc import Iterator

from django.db.migrations import (
    AlterField,
    AlterModelOptions,
    AlterModelTable,
    RenameField,
    RenameModel,
)
from django.db.migrations.operations.base import Operation
from django.db.models import Field

from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import column_of, joining_table, joining_tables, table_of
from apps.database.linting.step import Step


def renamed_column(step: Step) -> Iterator[Refusal]:
    if not step.is_a(RenameField, AlterField) or not step.table:
        return
    old, new = _names(step)
    before, after = step.field_in(step.before, old), step.field_in(step.after, new)
    if before is None or after is None or column_of(old, before) in (None, column_of(new, after)):
        return
    column = column_of(old, before)
    yield step.refuse(
        f"it renames the column {step.table}.{column}.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for the old name, and "
        "each of its statements fails until it is replaced (42703).",
        paste(
            f"Keep the column, which needs no SQL: db_column={column!r} in the model, and",
            *_keeping(step, after, column),
        ),
        otherwise=_by_dual_writes(step, old, new),
    )


def moved_table(step: Step) -> Iterator[Refusal]:
    if not step.is_a(RenameModel, AlterModelTable) or not step.table:
        return
    after = step.model_in(step.after)
    if after is None or table_of(after) == step.table:
        return
    operations = [AlterModelTable(step.model.name_lower, step.table)]
    if step.is_a(RenameModel):
        operations.append(RenameModel(step.model.name, after.name))
    yield step.refuse(
        f"it renames the table {step.table}.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for the old name, and "
        "each of its statements fails until it is replaced (42P01).",
        paste(
            f"Keep the table, which needs no SQL: db_table = {step.table!r} in the Meta, and",
            *operations,
        ),
    )


def joined_by_other_names(step: Step) -> Iterator[Refusal]:
    """Joining tables are named after fields, and their columns after models."""
    if not step.is_a(RenameModel, RenameField, AlterField):
        return
    before, after = joining_tables(step.before), joining_tables(step.after)
    for table, columns in before.items():
        if after.get(table) != columns and not step.tables.is_free(table):
            what = "columns of the joining table" if table in after else "the joining table"
            yield step.refuse(
                f"it renames {what} {table}.",
                "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for the old "
                "name, and each of its statements fails until it is replaced (42P01, 42703).",
                *_keeping_the_joint(step, table, columns),
            )


def _keeping_the_joint(step: Step, table: str, columns: tuple[str, str]) -> Iterator[Paste]:
    if step.is_a(RenameModel):
        options = AlterModelOptions.ALTER_OPTION_KEYS
        kept = {name: one for name, one in step.model.options.items() if name in options}
        name = step.model_in(step.after).name
        yield paste(
            "Keep the model's name; for people it has the other one, by its Meta",
            AlterModelOptions(step.model.name_lower, kept | {"verbose_name": name.lower()}),
        )
        return
    old, new = _names(step)
    kept = step.field_in(step.after, new).clone()
    moved = joining_table(step.model, new, kept)
    # Where it is another model's, other columns refer to that.
    if joining_tables(step.after).get(moved) == columns:
        kept.db_table = table
        operations = [AlterField(step.model.name_lower, old, kept)]
        if new != old:
            operations.append(RenameField(step.model.name_lower, old, new))
        yield paste(f"Keep the table: db_table={table!r} in the field, and", *operations)


def _names(step: Step) -> tuple[str, str]:
    if step.is_a(AlterField):
        return step.operation.name, step.operation.name
    names = step.operation.old_name, step.operation.new_name
    return names[::-1] if step.backwards else names


def _keeping(step: Step, field: Field, column: str) -> Iterator[Operation]:
    model = step.model.name_lower
    old, new = _names(step)
    kept = field.clone()
    kept.db_column = column
    yield AlterField(model, old, kept)
    if new != old:
        yield RenameField(model, old, new)


def _by_dual_writes(step: Step, old: str, new: str) -> tuple[Paste, ...]:
    from apps.database.operations import ContractRename, ExpandRename

    if old == new:
        return ()
    model = step.model.name_lower
    return (
        paste(
            "Or, where the column itself must have the name, both stand for a while. Before the "
            "deploy",
            ExpandRename(model, old, new),
        ),
        paste("and after it", ContractRename(model, old, new)),
    )
