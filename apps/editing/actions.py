from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.activity.actions import copied
from apps.editing.models import PendingEdit
from apps.editing.opened import Opened

Cause, Resolution = PendingEdit.Cause, PendingEdit.Resolution
# A token is good for its owner's edits alone; this bounds what can be left with a stolen one.
MOST_WAITING = 200
KEPT = timedelta(days=30)


class TooManyWaiting(Exception):
    """Whoever has so many edits waiting has to look at some of them first."""


@transaction.atomic
def keep_edit(
    opened: Opened, payload: dict[str, Any], *, submission: str, cause: str, label: str = ""
) -> PendingEdit:
    """Keep what was typed into a form. Sent again it is the same pending edit.

    The page of a pending edit that could not be saved either keeps what it has become by then,
    and stays the edit of the form it began with. Raises TooManyWaiting.
    """
    waiting = PendingEdit.objects.waiting().filter(user=opened.user_id)
    about = {
        # What was kept of an add form may be an edit of what that has made.
        "object_id": opened.object_id,
        "opened_version": opened.version,
        "payload": payload,
        "cause": cause,
        "object_label": label[:200],
    }
    own = waiting.filter(pk=opened.pending_id)
    was = own.values_list("created_at", flat=True).first() if opened.pending_id else None
    # Its 30 days begin again with what was typed now.
    if was and own.update(**about, created_at=Now()):
        # It is of another day now.
        copied(was, was)
        return waiting.get(pk=opened.pending_id)
    kept = PendingEdit.objects.filter(submission=submission).exists()
    if not kept and waiting.values("pk")[:MOST_WAITING].count() == MOST_WAITING:
        raise TooManyWaiting
    pending, _ = PendingEdit.objects.get_or_create(
        submission=submission,
        defaults={
            **about,
            "user_id": opened.user_id,
            "object_type": opened.object_type,
        },
    )
    return pending


@transaction.atomic
def keep_decisions(opened: Opened, decided: dict[str, list[str]]) -> PendingEdit | None:
    """Keep what was decided on the page of a pending edit, for when that page is shown again."""
    waiting = PendingEdit.objects.waiting().filter(user=opened.user_id, pk=opened.pending_id)
    pending = waiting.select_for_update(no_key=True).first()
    if pending is not None:
        pending.payload |= {"decided": decided, "decided_at": opened.version}
        pending.save(update_fields=["payload"])
    return pending


def resolve_edit(pending_id: int, resolution: str, *, by: AbstractBaseUser) -> int:
    """How many were: 1, or 0 where somebody clicked twice. Who discarded his edit in one tab and
    saves it in another has saved it.
    """
    edits = PendingEdit.objects.of_user(by).filter(pk=pending_id)
    still = Q(resolved_at=None)
    if resolution != Resolution.DISCARDED:
        still |= Q(resolution=Resolution.DISCARDED)
    return edits.filter(still).update(resolution=resolution, resolved_at=Now())


def take_back(pending_id: int, *, by: AbstractBaseUser) -> int:
    """Have a discarded edit wait again; how many were discarded."""
    discarded = PendingEdit.objects.of_user(by).filter(
        pk=pending_id, resolution=Resolution.DISCARDED
    )
    return discarded.update(resolution=None, resolved_at=None)


def purge_old_edits(limit: int) -> int:
    """Remove what was kept more than 30 days ago, at most `limit` of them; how many."""
    old = PendingEdit.objects.filter(created_at__lt=timezone.now() - KEPT)
    batch = list(old.order_by("created_at").values_list("pk", flat=True)[:limit])
    return PendingEdit.objects.filter(pk__in=batch).delete()[0] if batch else 0
