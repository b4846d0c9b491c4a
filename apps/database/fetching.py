"""What a statement answers, by a cursor of its own. Without parameters a % is a %."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def fetch_all(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any] | None = None
) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def fetch_one(
    connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any] | None = None
) -> tuple | None:
    """The first row; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()
