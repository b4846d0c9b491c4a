"""Where a report reads: one snapshot of one database, the replica if it has what was written."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.utils import timezone

from apps.activity.models import AuditEntry

logger = logging.getLogger(__name__)

REPLICA = "replica"
MAX_LAG_SECONDS = 5.0
# A replica that does not answer costs the time to connect; it is not asked again at once.
PAUSE_SECONDS = 30.0
_not_before = 0.0


@dataclass(frozen=True)
class Source:
    """`lag_seconds`: what the replica was behind when it was asked."""

    alias: str
    lag_seconds: float = 0.0

    def __str__(self) -> str:
        if self.alias != REPLICA:
            return "the database"
        behind = f"{self.lag_seconds:.1f} s behind" if self.lag_seconds else "up to date"
        return f"the replica, {behind}"


@contextmanager
def snapshot(source: Source) -> Iterator[str]:
    """The alias to read from. All that is read inside is of one moment; nothing can be written:
    each transaction of these aliases is REPEATABLE READ, READ ONLY (config/settings/stores.py).
    """
    with transaction.atomic(using=source.alias):
        yield source.alias


def sources(person_id: int | None = None) -> Iterator[Source]:
    """Where to read, the best first; the next one is for when a database fails while it is read."""
    if REPLICA in settings.DATABASES:
        lag = replica_lag(person_id)
        if lag is not None:
            yield Source(REPLICA, lag)
    yield Source(settings.REPORTS_ALIAS)


def replica_lag(person_id: int | None = None) -> float | None:
    """Seconds the replica is behind; None if it is not to be read.

    Seen from what was written, not from the log's positions: a replica that is cut off believes
    to be up to date. It must have this person's own last entry, however little it lags.
    """
    if time.monotonic() < _not_before:
        return None
    newest = AuditEntry.objects.using(DEFAULT_DB_ALIAS).order_by("-id").values_list("id", flat=True)
    last = newest.first()
    own = newest.by_actor(person_id).first() if person_id else None
    try:
        there = AuditEntry.objects.using(REPLICA)
        found = set(there.filter(pk__in={last, own} - {None}).values_list("id", flat=True))
        at_most = None if last in found else there.order_by("-id").values_list("id", flat=True)[:1]
        seen = list(at_most) if at_most is not None else []
    except Error as error:
        replica_failed(error)
        return None
    if own is not None and own not in found:
        return None
    if last is None or last in found:
        return 0.0
    lag = seconds_since_entry_after(seen[0] if seen else 0)
    return lag if lag <= MAX_LAG_SECONDS else None


def seconds_since_entry_after(entry_id: int) -> float:
    """How long the oldest entry that the replica lacks has been there."""
    missing = AuditEntry.objects.using(DEFAULT_DB_ALIAS).filter(pk__gt=entry_id).order_by("pk")
    at = missing.values_list("at", flat=True).first()
    return max((timezone.now() - at).total_seconds(), 0.0) if at else 0.0


def replica_failed(error: Error) -> None:
    """Leave the replica alone for a while."""
    global _not_before  # noqa: PLW0603
    _not_before = time.monotonic() + PAUSE_SECONDS
    connections[REPLICA].close()
    logger.warning("The replica is not asked for %.0f s: %s", PAUSE_SECONDS, type(error).__name__)
