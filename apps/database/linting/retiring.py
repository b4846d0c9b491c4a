"""What a column that nobody knows any more still asks of those who write, and how it goes."""

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field

from .defaults import db_default_for, has_db_default
from .shapes import is_key, target_of


def demand_of(field: Field) -> str:
    """What it asks, as a sentence's end; empty for a column that can wait quietly."""
    if field.many_to_many:
        return ""
    if not (field.null or field.generated or has_db_default(field)):
        return "is NOT NULL, and has no default: code without it cannot insert a row (23502)."
    if is_enforced_key(field):
        return "refers to another table: code without it cannot delete a row there (23503)."
    if field.unique and not field.null:
        return "is unique: code without it can insert one row, and no second (23505)."
    return ""


def is_enforced_key(field: Field) -> bool:
    return is_key(field) and getattr(field, "db_constraint", True)


def two_steps(
    state: ProjectState, model: ModelState, name: str, field: Field
) -> tuple[Operation, Operation] | None:
    """Before the deploy and after it; None if nobody but its author knows a default for it."""
    from apps.database.operations import DropColumn, RetireField

    if field.null or field.generated or has_db_default(field):
        return RetireField(model.name_lower, name), DropColumn(model.name_lower, name, field)
    kept = field.clone()
    kept.db_default = db_default_for(target_of(state, model, field))
    if kept.db_default is NOT_PROVIDED:
        return None
    retired = RetireField(model.name_lower, name, db_default=kept.db_default)
    return retired, DropColumn(model.name_lower, name, kept)
