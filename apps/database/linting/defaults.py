"""A default that the database itself can fill in for those who do not know a column."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import NOT_PROVIDED, Field
from django.db.models.functions import Now

# Of its type; what a field's own `default` says goes before it.
NEUTRAL = {
    "BinaryField": b"",
    "BooleanField": False,
    "CharField": "",
    "DateField": date(1970, 1, 1),
    "DateTimeField": Now(),
    "DecimalField": Decimal(0),
    "DurationField": timedelta(0),
    "FileField": "",
    "FilePathField": "",
    "FloatField": 0.0,
    "GenericIPAddressField": "::",
    "SlugField": "",
    "TextField": "",
    "TimeField": time(0),
    "UUIDField": UUID(int=0),
}
# Callables that give each row the same, each time a new one.
EMPTY = {dict: {}, list: [], str: "", set: set(), tuple: ()}


def constant_default(field: Field) -> Any:
    """What `default=` gives every row alike; NOT_PROVIDED if nothing, or each another value."""
    if callable(field.default):
        return EMPTY.get(field.default, NOT_PROVIDED)
    return field.default


def is_called(field: Field) -> bool:
    return field.has_default() and constant_default(field) is NOT_PROVIDED


def is_called_for_each_row(field: Field) -> bool:
    """But for moments, of which the database's own is as good."""
    return is_called(field) and field.get_internal_type() != "DateTimeField"


def db_default_for(field: Field) -> Any:
    """A `db_default` for a column that has none; NOT_PROVIDED if its type has no neutral value."""
    default = constant_default(field)
    if default is not NOT_PROVIDED and default is not None:
        return default
    kind = field.get_internal_type()
    if kind == "JSONField":
        return {}
    if kind.endswith(("IntegerField", "AutoField")):
        return 0
    return NEUTRAL.get(kind, NOT_PROVIDED)


def has_db_default(field: Field) -> bool:
    """`db_default=None` is no default at all."""
    if field.db_default is NOT_PROVIDED or field.db_default is None:
        return False
    return getattr(field.db_default, "value", field.db_default) is not None
