"""Defaults that are another value for each row, for which PostgreSQL writes every row again."""

import re

from django.db.models import Field, Value
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from apps.database.fetching import fetch_all

from .offline import Offline

CALL = re.compile(r"([a-z_]\w*)\s*\(", re.IGNORECASE)
# Asked only where no server can be: there pg_proc knows.
KNOWN = {
    *("clock_timestamp", "gen_random_uuid", "nextval", "random", "random_normal", "timeofday"),
    *("uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7"),
}


def volatile_function(connection, field: Field) -> str:
    """The first volatile function that the field's `db_default` calls; empty if it calls none."""
    expression = field._db_default_expression
    if isinstance(expression, Value):
        return ""
    sql, _ = SQLCompiler(Query(None), connection, None).compile(expression)
    called = [name.lower() for name in CALL.findall(sql)]
    volatile = _volatile(connection, called)
    return next((name for name in called if name in volatile), "")


def _volatile(connection, names: list[str]) -> set[str]:
    if isinstance(connection, Offline):
        return KNOWN
    sql = "SELECT proname FROM pg_proc WHERE provolatile = 'v' AND proname = ANY(%s)"
    return {name for (name,) in fetch_all(connection, sql, [names])}
