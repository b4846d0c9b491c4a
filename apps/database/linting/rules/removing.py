"""Columns and tables that go: code that runs knows them, code that comes does not fill them."""

from collections.abc import Iterator

from django.db.migrations import AlterField, DeleteModel, RemoveField
from django.db.models import Field

from apps.database.linting.refusal import Paste, Refusal, paste
from apps.database.linting.retiring import demand_of, is_enforced_key, two_steps
from apps.database.linting.shapes import column_of
from apps.database.linting.staging import is_after_the_deploy
from apps.database.linting.step import Step


def asks_of_those_who_forgot(step: Step) -> Iterator[Refusal]:
    """Between the deploy and the DROP, new code writes without knowing of the column."""
    field = _removed(step)
    demand = demand_of(field) if field else ""
    if not demand:
        return
    yield step.refuse(
        f"it removes {step.table}.{column_of(step.operation.name, field)}, which {demand}",
        "The lock is brief (ACCESS EXCLUSIVE), but before the column goes the new code runs for a "
        "while, which knows nothing of it.",
        *_in_two_steps(step, field),
    )


def column_goes_too_early(step: Step) -> Iterator[Refusal]:
    field = _removed(step)
    if field is None or demand_of(field) or is_after_the_deploy(step):
        return
    name = column_of(step.operation.name, field) or step.operation.name
    yield step.refuse(
        f"it removes {step.table}.{name} before the deploy.",
        "The lock is brief (ACCESS EXCLUSIVE), but code that is running asks for the column by "
        "name, and each of its statements fails until it is replaced (42703).",
        paste("After the deploy", step.operation, stage="POST_DEPLOY"),
    )


def table_goes_too_early(step: Step) -> Iterator[Refusal]:
    if not _is_dropped(step) or is_after_the_deploy(step):
        return
    yield step.refuse(
        f"it drops the table {step.table} before the deploy.",
        "Code that is running asks for it, and each of its statements fails (42P01); the tables it "
        "refers to are locked too (ACCESS EXCLUSIVE), briefly.",
        paste("After the deploy", step.operation, stage="POST_DEPLOY"),
    )


def table_still_refers(step: Step) -> Iterator[Refusal]:
    """New code deletes what a row of the forgotten table refers to, and knows of no such row."""
    if not _is_dropped(step) or not is_after_the_deploy(step):
        return
    keys = {name: field for name, field in step.model.fields.items() if is_enforced_key(field)}
    if not keys:
        return
    yield step.refuse(
        f"it drops the table {step.table}, which refers to others until then.",
        "The new code runs before the table goes, and fails when it deletes a row that one of "
        "these refers to (23503).",
        paste(
            "Before the deploy, let the references go",
            *(AlterField(step.model.name_lower, *_without(item)) for item in keys.items()),
        ),
        paste("After the deploy", step.operation, stage="POST_DEPLOY"),
    )


def _is_dropped(step: Step) -> bool:
    """Whether it drops a table in use. Undoing a CreateModel is what undoing means."""
    return step.is_a(DeleteModel) and not step.backwards and bool(step.table)


def _removed(step: Step) -> Field | None:
    """The field that is removed from a table in use. Undoing an AddField is what undoing means."""
    if not step.is_a(RemoveField) or step.backwards or not step.table:
        return None
    return step.field_in(step.before)


def _without(item: tuple[str, Field]) -> tuple[str, Field]:
    name, field = item
    free = field.clone()
    free.db_constraint = False
    return name, free


def _in_two_steps(step: Step, field: Field) -> Iterator[Paste]:
    steps = two_steps(step.before, step.model, step.operation.name, field)
    if not steps:
        # Nobody but its author knows a default for it; but it need not ask for any value.
        model, name = step.model.name_lower, step.operation.name
        field = field.clone()
        field.null = True
        yield paste("Before the deploy it may be NULL", AlterField(model, name, field))
        steps = two_steps(step.before, step.model, name, field)
    yield paste("Before the deploy the field goes", steps[0])
    yield paste("After the deploy its column goes", steps[1])
