"""Names: code that runs knows the old one until it is replaced, whatever the lock costs."""

from collections.abc import Iterator

from django.db.migrations import AlterField, AlterModelTable, RenameField, RenameModel

from apps.database.linting.refusal import Refusal, paste
from apps.database.linting.shapes import column_of, table_of
from apps.database.linting.steps import Step


def renamed_column(step: Step) -> Iterator[Refusal]:
    if not step.is_a(RenameField) or not step.table:
        return
    old, new = step.operation.old_name, step.operation.new_name
    if step.backwards:
        old, new = new, old
    field = step.before.models[step.model.app_label, step.model.name_lower].fields[old]
    if column_of(old, field) == column_of(new, field):
        return
    kept = field.clone()
    kept.db_column = column_of(old, field)
    yield step.refuse(
        f"it renames the column {step.table}.{kept.db_column}.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for the old name, and "
        "each of its statements fails until it is replaced (42703).",
        paste(
            f"Keep the column, which needs no SQL: db_column={kept.db_column!r} in the model, and",
            AlterField(step.model.name_lower, old, kept),
            RenameField(step.model.name_lower, old, new),
        ),
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
