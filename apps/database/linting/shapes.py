"""Tables and columns of the models as migrations know them, which need not be rendered for it."""

from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models import Field

# What Python alone knows of a field, beside what Django itself leaves out.
IN_PYTHON_ALONE = {"default", "auto_now", "auto_now_add"}


def table_of(model: ModelState) -> str:
    return model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"


def column_of(name: str, field: Field) -> str | None:
    """None for what has no column: many to many, a generic relation."""
    if field.many_to_many or field.one_to_many:
        return None
    return field.db_column or (f"{name}_id" if is_key(field) else name)


def joining_table(model: ModelState, name: str, field: Field) -> str | None:
    """The table that a many to many field has of its own."""
    if not field.many_to_many or field.remote_field.through:
        return None
    return field.db_table or f"{table_of(model)}_{name}"


def tables_named(state: ProjectState) -> set[tuple[str, str]]:
    """Each table with what has it: "blog.Post", or "blog.Post.tags" for a joining table."""
    found = set()
    for model in state.models.values():
        label = f"{model.app_label}.{model.name}"
        if model.options.get("managed", True) and not model.options.get("proxy"):
            found.add((table_of(model), label))
        for name, field in model.fields.items():
            if table := joining_table(model, name, field):
                found.add((table, f"{label}.{name}"))
    return found


def joining_tables(state: ProjectState) -> dict[str, tuple[str, str]]:
    """Of all many to many fields, with the columns that refer to the two sides."""
    return {
        table: _joining_columns(model, field)
        for model in state.models.values()
        for name, field in model.fields.items()
        if (table := joining_table(model, name, field))
    }


def _joining_columns(model: ModelState, field: Field) -> tuple[str, str]:
    """Named after the models, and not after their tables."""
    own, target = model.name_lower, field.remote_field.model
    _, other = resolve_relation(target, model.app_label, own)
    return ("from_" + own, "to_" + other) if own == other else (own, other)


def is_key(field: Field) -> bool:
    """Whether it refers to another table by a column of its own."""
    return bool(field.many_to_one or field.one_to_one) and field.remote_field is not None


def target_of(state: ProjectState, model: ModelState, field: Field) -> Field:
    """The field whose type a foreign key's column has; any other field is its own."""
    while is_key(field):
        target = resolve_relation(field.remote_field.model, model.app_label, model.name_lower)
        model = state.models[target]
        fields, name = model.fields, field.remote_field.field_name
        field = fields[name] if name else next(it for it in fields.values() if it.primary_key)
    return field


def type_of(connection, state: ProjectState, model: ModelState, field: Field) -> tuple[str, str]:
    """The column's type and collation, as PostgreSQL calls them."""
    target = target_of(state, model, field)
    kind = field.db_type if target is field else target.rel_db_type
    return kind(connection) or "", getattr(target, "db_collation", None) or ""


def is_the_same_column(old: Field, new: Field) -> bool:
    """Whether nothing that the database knows of the field is another."""
    return _of_the_database(old) == _of_the_database(new)


def _of_the_database(field: Field) -> tuple:
    _, path, arguments, options = field.deconstruct()
    for name in {*field.non_db_attrs, *IN_PYTHON_ALONE}:
        options.pop(name, None)
    return path, arguments, options
