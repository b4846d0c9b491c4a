"""Statements written by hand, each in a file beside its report: with parameters alone, answered
in rows of a dataclass.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db import connections

Row = TypeVar("Row")


CATALOGUE = Path(__file__).parent / "catalogue"


def rows_of(row: type[Row], name: str, params: Mapping[str, Any], using: str) -> list[Row]:
    """A row for each that `catalogue/<name>.sql` gives; its columns are the fields, in order."""
    moments = [place for place, one in enumerate(fields(row)) if one.type == datetime | None]
    as_stored = connections[using].ops.adapt_datetimefield_value
    params = {
        key: as_stored(value) if isinstance(value, datetime) else value
        for key, value in params.items()
    }
    with connections[using].cursor() as cursor:
        cursor.execute(statement(name), params)
        found = [list(values) for values in cursor.fetchall()]
    for place in moments:
        for values in found:
            values[place] = moment(values[place])
    return [row(*values) for values in found]


@cache
def statement(name: str) -> str:
    return (CATALOGUE / f"{name}.sql").read_text()


def moment(value: str | datetime | None) -> datetime | None:
    """SQLite has no type for moments: what is computed of them comes back as text, in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
