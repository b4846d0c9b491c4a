"""What a write made of objects, for the entries: from what they were and what was written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from apps.activity.recorded import recorded_as
from apps.activity.states import State, states
from apps.activity.values import as_json


@dataclass(frozen=True, slots=True)
class Change:
    """`changes` maps a field to its old and new value; `version` is the one that was made.

    `reason` is why this one was, where the objects of one write have reasons of their own.
    """

    object_type: str
    object_id: int
    label: str
    version: int | None
    changes: dict[str, list] = field(default_factory=dict)
    reason: str = ""


def created(instance: Model) -> Change:
    """A creation needs no values: they are the row's, and the old ones of later changes."""
    recorded = recorded_as(type(instance))
    version = 1 if recorded.is_versioned else None
    return Change(recorded.name, instance.pk, str(instance), version)


def deleted(instance: Model) -> Change:
    """For good: no version is made."""
    return Change(recorded_as(type(instance)).name, instance.pk, str(instance), None)


def all_deleted(before: dict[int, State]) -> list[Change]:
    """Each object in `before`, for good."""
    return [Change(one.object_type, pk, one.label, None) for pk, one in before.items()]


def changed(
    model: type[Model], before: dict[int, State], values: dict[str, Any] | None = None
) -> list[Change]:
    """The next version of each object in `before`, in which the same values were written.

    Values that are expressions are read back, which is one statement more; None for the values
    means all of `before`.
    """
    if values is None:
        written, computed = {}, {name for state in before.values() for name in state.values}
    else:
        computed = {name for name, value in values.items() if hasattr(value, "resolve_expression")}
        written = {name: as_json(values[name]) for name in values.keys() - computed}
    now = {}
    if computed and before:
        now = states(model._base_manager.filter(pk__in=list(before)), computed)
    return [
        change(state, written | (now[pk].values if now else {})) for pk, state in before.items()
    ]


def change(before: State, values: dict[str, Any]) -> Change:
    """The next version of one object, in which these values, as entries keep them, were written."""
    recorded = recorded_as(before.object_type)
    version = None if before.version is None else before.version + 1
    return Change(
        before.object_type,
        before.object_id,
        str(values.get(recorded.label, before.label))[: recorded.label_length],
        version,
        differences(before.values, values),
    )


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list]:
    return {name: [before[name], new] for name, new in after.items() if before[name] != new}


def values_of(instance: Model, names: Iterable[str]) -> dict[str, Any]:
    """The columns of an instance as entries keep them, without loading what they point to."""
    columns = {name: instance._meta.get_field(name).attname for name in names}
    return {name: as_json(getattr(instance, column)) for name, column in columns.items()}
