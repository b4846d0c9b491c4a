"""What became of an object between two of its versions, from the entries between them alone.

Its row is not asked, nor what was changed before or after: two neighbours of ten thousand
versions cost one entry, and what was deleted for good can still be compared.
"""

import json
from typing import Any

from django.db import connections, router

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as

# Of each field its first and its last change. The keys are of one column each, so that the
# planner finds every one of these entries by the index.
FIRST_AND_LAST = """
    WITH named AS (
        SELECT {name} AS name, min(version) AS first, max(version) AS last
        FROM activity_auditentry, {names}
        WHERE object_type = %s AND object_id = %s AND version > %s AND version <= %s
        GROUP BY 1
    )
    SELECT name, {began}, {ended} FROM named
    JOIN activity_auditentry began
        ON began.object_type = %s AND began.object_id = %s AND began.version = first
    JOIN activity_auditentry ended
        ON ended.object_type = %s AND ended.object_id = %s AND ended.version = last
    ORDER BY first
"""
PARTS = {
    "postgresql": {
        "name": "key",
        "names": "jsonb_object_keys(changes) AS key",
        "began": "(began.changes -> name)::text",
        "ended": "(ended.changes -> name)::text",
    },
    "sqlite": {
        "name": "pair.key",
        "names": "json_each(changes) AS pair",
        "began": """json_extract(began.changes, '$."' || name || '"')""",
        "ended": """json_extract(ended.changes, '$."' || name || '"')""",
    },
}


def changes_between(object_type: str, object_id: int, old: int, new: int) -> dict[str, list]:
    """Field → [value at the old version, value at the new one], of those that differ.

    By the names that fields have now; what is no field any more has the name it had.
    """
    recorded, found = recorded_as(object_type), {}
    for name_then, began, ended in first_and_last(object_type, object_id, old, new):
        name = (recorded.current_name(name_then) if recorded else None) or name_then
        # Under its former name first: what it was then is the oldest value.
        first = found[name][0] if name in found else json.loads(began)[0]
        found[name] = [first, json.loads(ended)[1]]
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def first_and_last(object_type: str, object_id: int, old: int, new: int) -> list[tuple[Any, ...]]:
    """Name, the first change of it and the last, as JSON."""
    connection = connections[router.db_for_read(AuditEntry)]
    key = [object_type, object_id]
    with connection.cursor() as cursor:
        statement = FIRST_AND_LAST.format(**PARTS[connection.vendor])
        cursor.execute(statement, [*key, old, new, *key, *key])
        return cursor.fetchall()
