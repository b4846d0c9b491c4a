"""Tables and columns of the models as migrations know them, which need not be rendered for it."""

from django.db.migrations.state import ModelState
from django.db.models import Field


def table_of(model: ModelState) -> str:
    return model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"


def column_of(name: str, field: Field) -> str | None:
    """None for what has no column: many to many, a generic relation."""
    if field.many_to_many or field.one_to_many:
        return None
    points_elsewhere = field.many_to_one or field.one_to_one
    return field.db_column or (f"{name}_id" if points_elsewhere else name)


def joining_table(model: ModelState, name: str, field: Field) -> str | None:
    """The table that a many to many field has of its own."""
    if not field.many_to_many or field.remote_field.through:
        return None
    return field.db_table or f"{table_of(model)}_{name}"
