"""What Django asks SQLite when it checks the models, asked so that nobody has to be waited for."""

from django.db import OperationalError


def know_of_json(connection) -> None:
    """Django asks within a transaction, which is for one who writes: beside another who writes
    for long it fails, and every JSONField is said not to be supported.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT json('{}')")
        except OperationalError:
            return
    connection.features.supports_json_field = True
