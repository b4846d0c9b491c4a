"""A field's new name in what a model's state says of its indexes and constraints.

RenameField leaves the old one there, so that each is dropped and made again around a rename.
"""

from typing import Any

from django.db.migrations.state import ModelState
from django.db.models import BaseConstraint, F, Index, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Expression


def rename_mentions(model: ModelState, old: str, new: str) -> None:
    for option in ("indexes", "constraints"):
        if option in model.options:
            model.options[option] = [renamed(it, old, new) for it in model.options[option]]


def renamed(value: Any, old: str, new: str) -> Any:
    """A copy that names the field by its new name; anything else as it is."""
    if isinstance(value, Index | BaseConstraint):
        _, expressions, options = value.deconstruct()
        options = {
            name: _names(one, old, new) if name in ("fields", "include") else renamed(one, old, new)
            for name, one in options.items()
        }
        return type(value)(*(renamed(one, old, new) for one in expressions), **options)
    if isinstance(value, Q):
        children = [
            (_path(child[0], old, new), renamed(child[1], old, new))
            if isinstance(child, tuple)
            else renamed(child, old, new)
            for child in value.children
        ]
        return Q.create(children, value.connector, value.negated)
    if isinstance(value, F):
        return type(value)(_path(value.name, old, new))
    if isinstance(value, Expression) and value.get_source_expressions():
        _, arguments, options = value.deconstruct()
        # A bare string that is an expression's argument is the name of a field: Lower("name").
        arguments = [
            _path(one, old, new) if isinstance(one, str) else renamed(one, old, new)
            for one in arguments
        ]
        return type(value)(
            *arguments, **{name: renamed(one, old, new) for name, one in options.items()}
        )
    return value


def _names(names, old: str, new: str) -> list[str]:
    """Of columns in order: `-name` is descending."""
    return [f"-{new}" if name == f"-{old}" else new if name == old else name for name in names]


def _path(path: str, old: str, new: str) -> str:
    first, separator, rest = path.partition(LOOKUP_SEP)
    return f"{new}{separator}{rest}" if first == old else path
