"""What objects are, and were: field → value as entries keep it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connections, router
from django.db.models import Model, QuerySet

from apps.activity.models import AuditEntry
from apps.activity.recorded import Recorded, recorded_as
from apps.activity.values import as_json

# The first entry after a version that names each field, of one object, in one statement; of what
# may be ten thousand entries only the values asked for leave the database.
FIRST_AFTER = {
    "postgresql": """
        WITH first AS (
            SELECT name, min(version) AS version
            FROM activity_auditentry, jsonb_object_keys(changes) AS name
            WHERE object_type = %s AND object_id = %s AND version > %s AND version <= %s
            GROUP BY name
        )
        SELECT name, version, (changes -> name)::text FROM first
        JOIN activity_auditentry USING (version) WHERE object_type = %s AND object_id = %s
        ORDER BY version
    """,
    # The other columns of a row with min() are those of the row where it was found
    # (https://www.sqlite.org/lang_select.html#bareagg).
    "sqlite": """
        SELECT pair.key, min(version), pair.value
        FROM activity_auditentry, json_each(changes) AS pair
        WHERE object_type = %s AND object_id = %s AND version > %s AND version <= %s
        GROUP BY pair.key ORDER BY 2
    """,
}


@dataclass(frozen=True)
class State:
    """An object at a version; `version` is None where the model has none."""

    object_type: str
    object_id: int
    label: str
    version: int | None
    values: dict[str, Any] = field(default_factory=dict)


def states(rows: QuerySet, fields: Iterable[str] = ()) -> dict[int, State]:
    """What the rows are now in the given fields, by id and in the order of `rows`.

    One statement for columns, one more for each many-to-many field and each part asked for. To
    know what a write is about to change, give rows with `select_for_update`.
    """
    recorded = recorded_as(rows.model)
    fields = list(dict.fromkeys(fields))
    many = [one.name for one in rows.model._meta.many_to_many if one.name in fields]
    own = [name for name in fields if name not in many and "." not in name]
    found = columns_of(rows, recorded, own)
    if found:
        for name in many:
            add_many(found, rows.model, name)
        for prefix, model in recorded.parts.items():
            names = [name.partition(".")[2] for name in fields if name.startswith(f"{prefix}.")]
            if names:
                add_part(found, prefix, model, names)
    return found


def columns_of(rows: QuerySet, recorded: Recorded, names: list[str]) -> dict[int, State]:
    known = ["pk", recorded.label_column, *(["version"] if recorded.is_versioned else [])]
    columns = [rows.model._meta.get_field(name).attname for name in names]
    found = {}
    for row in rows.values_list(*known, *columns):
        pk, label, version = row[0], row[1], row[2] if recorded.is_versioned else None
        values = map(as_json, row[len(known) :])
        found[pk] = State(
            recorded.name, pk, str(label), version, dict(zip(names, values, strict=True))
        )
    return found


def add_many(found: dict[int, State], model: type[Model], name: str) -> None:
    options = model._meta.get_field(name)
    links, source = options.remote_field.through._base_manager, options.m2m_column_name()
    for state in found.values():
        state.values[name] = []
    pairs = links.filter(**{f"{source}__in": list(found)}).order_by(options.m2m_reverse_name())
    for pk, other in pairs.values_list(source, options.m2m_reverse_name()):
        found[pk].values[name].append(other)


def add_part(found: dict[int, State], prefix: str, model: type[Model], names: list[str]) -> None:
    """A part that is not there has empty values."""
    empty = [as_json(model._meta.get_field(name).get_default()) for name in names]
    keys = [f"{prefix}.{name}" for name in names]
    for state in found.values():
        state.values.update(zip(keys, empty, strict=True))
    for pk, *values in model._base_manager.filter(pk__in=list(found)).values_list("pk", *names):
        found[pk].values.update(zip(keys, map(as_json, values), strict=True))


def state_of(instance: Model) -> State:
    """The object's row as it is now, in every field that is recorded."""
    recorded = recorded_as(type(instance))
    return states(recorded.model._base_manager.filter(pk=instance.pk), recorded.fields)[instance.pk]


def state_at(now: State, version: int) -> State:
    """What the object was at an earlier version, by one statement.

    It is `now` but for each field changed since, which has the old value of the first entry after
    that version. Entries of versions later than `now` are not looked at: nothing has to be locked.
    """
    was = dict(now.values)
    recorded, seen = recorded_as(now.object_type), set()
    for name_then, pair in first_changes(now, version):
        name = recorded.current_name(name_then)
        if name in was and name not in seen:
            seen.add(name)
            was[name] = pair[0]
    return replace(now, version=version, values=was)


def first_changes(now: State, version: int) -> list[tuple[str, list]]:
    """Name and [old, new] of the first change of each field after the version, oldest first."""
    connection = connections[router.db_for_read(AuditEntry)]
    key = [now.object_type, now.object_id]
    again = key if connection.vendor == "postgresql" else []
    with connection.cursor() as cursor:
        cursor.execute(FIRST_AFTER[connection.vendor], [*key, version, now.version, *again])
        return [(name, json.loads(pair)) for name, _, pair in cursor.fetchall()]
