"""Tables that are there already: CREATE TABLE passes over them, for what was killed goes on."""

from collections.abc import Iterator

from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelTable,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)

from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.shapes import tables_named
from apps.database.linting.step import Step


def table_is_there(step: Step) -> Iterator[Refusal]:
    if step.backwards or not step.is_a(CreateModel, AddField):
        return
    before = tables_named(step.before)
    for table, _name in tables_named(step.after) - before:
        if others := [name for there, name in before if there == table]:
            yield step.refuse(
                f"it makes the table {table}, which is that of {others[0]}.",
                "It would be taken as it is, and what it holds is lost when the other one goes. "
                "What takes the place of another gets its name, and not its table.",
                *_renamed(step, table, others[0]),
            )
        elif step.tables.holds_rows(table):
            yield step.refuse(
                f"it makes the table {table}, which is there already, and holds rows.",
                "It would be taken as it is, and nobody knows whether it is what the model says. "
                "If it is, record the migration without running it (`migrate --fake`); if not, "
                "move it away.",
            )


def table_is_anothers(step: Step) -> Iterator[Refusal]:
    if step.backwards or not step.is_a(DeleteModel, RemoveField):
        return
    after = tables_named(step.after)
    for table, _name in tables_named(step.before) - after:
        if others := [name for there, name in after if there == table]:
            yield step.refuse(
                f"it drops the table {table}, which is that of {others[0]} too.",
                "What it holds is lost, and all code that asks for it fails from then on (42P01). "
                "Take the operation out, or let it be for the state alone: "
                "SeparateDatabaseAndState(state_operations=[…]).",
            )


def _renamed(step: Step, table: str, other: str) -> Iterator[Paste]:
    app, model, *field = other.split(".")
    operation = step.operation
    if step.is_a(CreateModel) and not field and app == step.migration.app_label:
        yield paste(
            f"Instead, and without removing {model}",
            AlterModelTable(model.lower(), table),
            RenameModel(model, operation.name),
        )
    elif step.is_a(AddField) and field and step.model_in(step.before).name == model:
        yield paste(
            f"Instead, and without removing {field[0]}",
            AlterField(operation.model_name, field[0], operation.field),
            RenameField(operation.model_name, field[0], operation.name),
        )
