"""How many rows a list has, at a cost that does not grow: exact to 10,000, then about.

Kept for a minute in the process, so that going through pages counts once.
"""

import time
from collections.abc import Callable
from threading import Lock

from django.db import connections
from django.db.models import Model, QuerySet

EXACT = 10_000
KEPT_SECONDS = 60
KEPT_COUNTS = 1_000

_kept: dict[tuple, tuple[float, int]] = {}
_lock = Lock()


def capped(queryset: QuerySet, cap: int = EXACT) -> int:
    """The number of rows, at most `cap` + 1 (which says "more than `cap`").

    Give an order that the filter's index serves: it keeps the planner on the index. Without, it
    may collect every row of a large filter before the cap ends the count.
    """
    return queryset.values("pk")[: cap + 1].count()


def kept(key: tuple, count: Callable[[], int]) -> int:
    """What `count` gave for this key within the last minute, or gives now."""
    now = time.monotonic()
    found = _kept.get(key)
    if found and now - found[0] < KEPT_SECONDS:
        return found[1]
    value = count()
    with _lock:
        if len(_kept) >= KEPT_COUNTS:
            _kept.clear()
        _kept[key] = (now, value)
    return value


def forget(model: type[Model] | None = None) -> None:
    """Count anew: the lists of one model, after somebody changed it here, or all."""
    with _lock:
        for key in [key for key in _kept if model in (None, key[0])]:
            del _kept[key]


def about(queryset: QuerySet) -> int | None:
    """The rows of the model's table by the planner's statistics; None where there are none.

    `reltuples` is -1 before the first ANALYZE; SQLite keeps no such figure.
    """
    connection = connections[queryset.db]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
            [connection.ops.quote_name(queryset.model._meta.db_table)],
        )
        rows = cursor.fetchone()[0]
    return rows if rows > 0 else None


def in_words(rows: int) -> str:
    """10,213,456 → "about 10.2 million"."""
    if rows >= 1_000_000:
        return f"about {rows / 1_000_000:.1f} million"
    return f"about {round(rows, -3):,}"
