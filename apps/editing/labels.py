"""Recorded values in words: choices by their labels, objects by their names, times as here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Field, Model

from apps.activity.recorded import Recorded, recorded_as
from apps.backoffice.rows import short_time

NOTHING = "–"


class Labels:
    """Says the values of one recorded model; names of objects are read once for each model.

    Give it all the values (field → value) that will be asked for.
    """

    def __init__(self, recorded: Recorded, *values: Mapping[str, Any]):
        self.recorded = recorded
        self.names: dict[str, dict[int, str]] = {}
        wanted: dict[type[Model], set[int]] = {}
        related = {name: self.column(name).related_model for name in recorded.fields}
        related = {name: model for name, model in related.items() if model}
        for one in values:
            for name in related.keys() & one.keys():
                wanted.setdefault(related[name], set()).update(ids_in(one[name]))
        found = {model: names_of(model, ids) for model, ids in wanted.items()}
        self.names = {name: found.get(model, {}) for name, model in related.items()}

    def column(self, name: str) -> Field:
        prefix, _, own = name.rpartition(".")
        model = self.recorded.parts[prefix] if prefix else self.recorded.model
        return model._meta.get_field(own)

    def field(self, name: str) -> str:
        """“Publish at”; what is no field any more by the name it had."""
        if name not in self.recorded.fields:
            return name.replace("_", " ").capitalize()
        return str(self.column(name).verbose_name).capitalize()

    def objects(self, name: str, ids: Iterable[int]) -> list[str]:
        """The names of several objects, in order of the alphabet."""
        known = self.names.get(name, {})
        return sorted((known.get(pk) or f"#{pk} (gone)" for pk in ids), key=str.casefold)

    def there(self, name: str, value: Any) -> Any:
        """The value without the objects in it that are gone; of others as it is."""
        if name not in self.names or value is None:
            return value
        known = self.names[name]
        if isinstance(value, list):
            return [pk for pk in value if pk in known]
        return value if value in known else None

    def value(self, name: str, value: Any) -> str:
        """The value as text, whatever its length."""
        if value in (None, "", []):
            return NOTHING
        if name in self.names:
            return ", ".join(self.objects(name, ids_in(value)))
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, dict):
            return f"A file of {value.get('bytes', 0):,} bytes"
        if name not in self.recorded.fields:
            return str(value)
        column = self.column(name)
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        return moment(value) if column.get_internal_type() == "DateTimeField" else str(value)


def moment(value: Any) -> str:
    """The time, or what was typed in its place."""
    try:
        return short_time(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)


def ids_in(value: Any) -> list[int]:
    if value is None:
        return []
    return [one for one in (value if isinstance(value, list) else [value]) if type(one) is int]


def names_of(model: type[Model], ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows, recorded = model._base_manager, recorded_as(model._meta.label_lower)
    if recorded is None:
        # With what a name is made of: a permission's begins with that of its model.
        return {one.pk: str(one) for one in rows.select_related().filter(pk__in=ids)}
    return dict(rows.filter(pk__in=ids).values_list("pk", recorded.label_column))
