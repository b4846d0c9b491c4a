"""Rows for any table of any moment in the history of the models: one with as little as it takes,
one with as much as it may hold. What constraints refuse is left out; one of the two must go in.
"""

import datetime
import itertools
from collections.abc import Iterable
from typing import Any

from django.db import DataError, IntegrityError, connections, models, transaction
from django.db.migrations.state import StateApps

from apps.database.fields import TSVectorField

MOMENT = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
_numbers = itertools.count(1)


def put_rows(apps: StateApps, labels: set[str], using: str) -> int:
    """Two rows in each table of these apps, those that others point to first; how many went in."""
    put, there = 0, set(connections[using].introspection.table_names())
    ours = (model for model in apps.get_models() if model._meta.app_label in labels)
    for model in by_need(model for model in ours if model._meta.db_table in there):
        made = [put_row(model, using, is_full=is_full) for is_full in (False, True)]
        # What a trigger writes has its row already.
        rows = model._base_manager.using(using)
        assert any(made) or rows.exists(), f"No row of {model._meta.label} could be made."
        put += sum(made)
    return put


def by_need(some: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    """Each after what its foreign keys, those that may not be null, point to."""
    waiting, ready = {model._meta.label: model for model in some}, []
    while waiting:
        free = [one for one in waiting.values() if not needs(one) & waiting.keys()]
        assert free, f"They point at each other: {waiting}"
        ready += free
        waiting = {label: model for label, model in waiting.items() if model not in free}
    return ready


def needs(model: type[models.Model]) -> set[str]:
    """By their labels: a model that has been rendered anew is another class."""
    keys = [one for one in model._meta.concrete_fields if one.remote_field and not one.null]
    return {one.related_model._meta.label for one in keys} - {model._meta.label}


def put_row(model: type[models.Model], using: str, *, is_full: bool) -> bool:
    number = next(_numbers)
    values = {}
    for one in model._meta.concrete_fields:
        if not isinstance(one, models.AutoField) and not (one.null and not is_full):
            value = value_of(one, number, using, is_full=is_full)
            if value is not None:
                values[one.attname] = value
    try:
        with transaction.atomic(using):
            model._base_manager.using(using).bulk_create([model(**values)])
    except (IntegrityError, DataError):
        return False
    return True


def value_of(one: models.Field, number: int, using: str, *, is_full: bool) -> Any:
    if one.remote_field:
        # The newest: of one that may have a single row of ours, an earlier has its row.
        newest = one.related_model._base_manager.using(using).order_by("-pk").first()
        return newest.pk if newest else None
    if one.null and one.column.endswith("_id"):
        # A number that is somebody's key, or will be: of nobody.
        return None
    if one.choices:
        return one.choices[0][0]
    if one.has_default() and not is_full:
        return one.get_default()
    if isinstance(one, models.CharField | models.TextField):
        return text(one, number)
    kinds = (made for kind, made in VALUES.items() if isinstance(one, kind))
    return next((made(number) for made in kinds), None)


def text(one: models.Field, number: int) -> str:
    length = one.max_length or 60
    return f"{one.name[: length - 8]}{number}" if length > 9 else "x"


# A moment is also a day.
VALUES = {
    models.BooleanField: lambda number: bool(number % 2),
    models.JSONField: lambda number: {"number": number},
    models.BinaryField: lambda number: b"GIF89a",
    models.DateTimeField: lambda number: MOMENT,
    models.DateField: lambda number: MOMENT.date() + datetime.timedelta(days=number),
    models.DurationField: lambda number: datetime.timedelta(seconds=number),
    models.GenericIPAddressField: lambda number: "192.0.2.1",
    models.IntegerField: lambda number: number,
    models.FloatField: float,
    TSVectorField: str,
}
