"""Holding backfills back, and letting them go on: a deed of the staff, with an entry."""

from collections.abc import Callable
from functools import partial

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from apps.activity.actions import record_many
from apps.activity.changes import changed
from apps.activity.origin import origin
from apps.activity.states import states
from apps.database.backfilling import pause, resume
from apps.database.models import Backfill

State = Backfill.State
RIGHT = "database.pause_backfill"


def pause_backfills(queryset: QuerySet, *, reason: str = "", by: AbstractBaseUser) -> int:
    """Have them stop after the batch they are at; how many were running or waiting."""
    moving = queryset.filter(state__in=(State.RUNNING, State.WAITING))
    return each(moving, partial(pause, by=str(by), reason=reason), "pause", reason, by)


def resume_backfills(queryset: QuerySet, *, by: AbstractBaseUser) -> int:
    """Let them go on where they were; how many were paused."""
    paused = queryset.filter(state=State.PAUSED)
    return each(paused, partial(resume, by=str(by)), "resume", "", by)


@transaction.atomic
def each(
    rows: QuerySet, do: Callable[[str], None], action: str, reason: str, by: AbstractBaseUser
) -> int:
    if not by.has_perm(RIGHT):
        raise PermissionDenied
    # Locked: what they are now they still are when it is done.
    before = states(rows.order_by("pk").select_for_update(no_key=True))
    # Entries know an object by a label that may be cut.
    for name in Backfill.objects.filter(pk__in=list(before)).values_list("name", flat=True):
        do(name)
    with origin(reason=reason):
        return len(record_many(changed(Backfill, before), action, by=by))
