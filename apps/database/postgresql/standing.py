"""A column that is there before it is added: of an earlier run, and so what is wanted, or not."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field

from apps.database.errors import MigrationStopped
from apps.database.fetching import fetch_one
from apps.database.linting.casts import is_free_cast

TYPE = """
SELECT format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attname = %s AND NOT attisdropped
"""


def of_another_type(
    connection: BaseDatabaseWrapper, table: str, field: Field
) -> MigrationStopped | None:
    """It would be passed over, and recorded as done. One that is wider already may have been made
    so by a later operation of the same migration.
    """
    wanted = field.db_parameters(connection)["type"]
    found = fetch_one(connection, TYPE, [connection.ops.quote_name(table), field.column])
    if not (wanted and found):
        return None
    there, wanted = found[0], as_postgresql_says(connection, wanted)
    short = [one.replace("character varying", "varchar") for one in (wanted, there)]
    if is_free_cast(*short):
        return None
    return MigrationStopped(
        f"{table}.{field.column} is there already as {there}, and is to be {wanted}: of an "
        "earlier run, perhaps, of a file that was changed since.",
        "Drop the column; or take the file back to what it was, and alter the field in a "
        "migration of its own.",
    )


def as_postgresql_says(connection: BaseDatabaseWrapper, kind: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT NULL::{kind}")
        answer = cursor.pgresult
        cursor.execute("SELECT format_type(%s, %s)", [answer.ftype(0), answer.fmod(0)])
        return cursor.fetchone()[0]
