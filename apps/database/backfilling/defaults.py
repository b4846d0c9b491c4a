"""What became of an AlterField that was stopped: finished by the column's own default."""

from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Func

from apps.database.fetching import fetch_one

from .work import Work, still_to_do

HAS_DEFAULT = """
    SELECT count(*) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE adrelid = to_regclass(%s) AND attname = %s
"""


def work_by_default(connection, name: str) -> Work | None:
    """Of a backfill that is named `table.column`: PostgreSQL got its value as the column's default
    before the first batch. None if there is no such column, or it has no default.
    """
    field = _field(connection, name)
    if field is None or not _has_default(connection, field):
        return None
    values = {field.name: Func(template="DEFAULT", output_field=field)}
    return Work(name, field.model, values, still_to_do(values), connection.alias)


def _field(connection, name: str) -> models.Field | None:
    """From the models as the migrations that are applied have left them."""
    loader = MigrationLoader(connection)
    applied = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    for model in loader.project_state(applied).apps.get_models():
        for field in model._meta.local_concrete_fields:
            if f"{model._meta.db_table}.{field.column}" == name:
                return field
    return None


def _has_default(connection, field: models.Field) -> bool:
    if connection.vendor != "postgresql":
        return False
    table = connection.ops.quote_name(field.model._meta.db_table)
    return fetch_one(connection, HAS_DEFAULT, [table, field.column])[0] > 0
