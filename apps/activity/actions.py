"""Writing down what happened: each write calls `record` or `record_many` in its transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction

from apps.activity.changes import Change
from apps.activity.models import AuditEntry
from apps.activity.origin import current, take_submission

Source = AuditEntry.Source
Listener = Callable[[Sequence[AuditEntry]], None]
CopyListener = Callable[[datetime, datetime], None]
# SQLite takes 32,766 parameters in a statement, and PostgreSQL's driver 65,535.
BATCH = 1_000
LABEL_LENGTH = AuditEntry._meta.get_field("object_label").max_length
_listeners: list[Listener] = []
_copy_listeners: list[CopyListener] = []


class NoTransaction(RuntimeError):
    """A change and its entry must be one transaction."""


def listen(listener: Listener) -> Listener:
    """Have a function called with the entries of each write, in its transaction."""
    _listeners.append(listener)
    return listener


def listen_to_copies(listener: CopyListener) -> CopyListener:
    """Have a function called with the first and last moment of rows that change without entries."""
    _copy_listeners.append(listener)
    return listener


def copied(start: datetime, end: datetime) -> None:
    """Rows came or went without entries, in this transaction; what they say is of these moments."""
    for listener in _copy_listeners:
        listener(start, end)


def record(change: Change, action: str, *, by: AbstractBaseUser | None, **known) -> AuditEntry:
    """One entry; see `record_many`."""
    return record_many([change], action, by=by, **known)[0]


def record_many(
    changes: Iterable[Change],
    action: str,
    *,
    by: AbstractBaseUser | None,
    source: str = Source.EDIT,
    submission: str | None = None,
    about: int | None = None,
) -> list[AuditEntry]:
    """One entry for each change: one statement for every thousand.

    `by` None: no person did it. `action` is a verb: publish, trash, change. What the surrounding
    `origin` says of source, reason and operation goes in; the submission, given here or there,
    goes to the first.
    """
    if not transaction.get_connection(router.db_for_write(AuditEntry)).in_atomic_block:
        raise NoTransaction("Record within the transaction of the change.")
    circumstances = around(by, source) | {"action": action, "about": about}
    entries = [entry_of(change, circumstances) for change in changes]
    if not entries:
        return []
    entries[0].submission = submission or take_submission()
    AuditEntry.objects.bulk_create(entries, batch_size=BATCH)
    for listener in _listeners:
        listener(entries)
    return entries


def around(by: AbstractBaseUser | None, source: str) -> dict[str, Any]:
    """What the entries of one write have in common."""
    origin = current()
    common = {
        "source": origin.source or source,
        "reason": origin.reason,
        "operation_id": origin.operation_id,
        # Bound by django-structlog for the time of a request.
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if by is None:
        return common
    return common | {
        "actor_id": by.pk,
        "actor_label": str(by)[:100],
        "actor_email": getattr(by, by.get_email_field_name()),
        "actor_is_active": by.is_active,
    }


def entry_of(change: Change, circumstances: dict[str, Any]) -> AuditEntry:
    reason = change.reason or circumstances["reason"]
    return AuditEntry(
        object_type=change.object_type,
        object_id=change.object_id,
        object_label=change.label[:LABEL_LENGTH],
        version=change.version,
        changes=change.changes,
        **(circumstances | {"reason": reason}),
    )
