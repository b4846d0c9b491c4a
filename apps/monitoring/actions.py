"""Holding backfills back, and letting them go on: a deed of the staff, with an entry."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.activity.actions import record_many
from apps.activity.changes import changed
from apps.activity.origin import origin
from apps.activity.states import states
from apps.backoffice.rows import short_time
from apps.database.expressions import ClockTime
from apps.database.models import Backfill

State = Backfill.State
RIGHT = "database.pause_backfill"


def pause_backfills(queryset: QuerySet, *, reason: str = "", by: AbstractBaseUser) -> int:
    """Have them stop after the batch they are at; how many were running or waiting."""
    note = f"paused by {by} on {short_time(timezone.now())}" + (f": {reason}" if reason else "")
    moving = queryset.filter(state__in=(State.RUNNING, State.WAITING))
    values = {"state": State.PAUSED, "note": note, "rows_per_second": 0}
    return write(moving, values, "pause", reason=reason, by=by)


def resume_backfills(queryset: QuerySet, *, reason: str = "", by: AbstractBaseUser) -> int:
    """Let them go on where they were; how many were paused."""
    values = {"state": State.RUNNING, "note": ""}
    return write(queryset.filter(state=State.PAUSED), values, "resume", reason=reason, by=by)


@transaction.atomic
def write(rows: QuerySet, values: dict, action: str, *, reason: str, by: AbstractBaseUser) -> int:
    if not by.has_perm(RIGHT):
        raise PermissionDenied
    before = states(rows.order_by("pk").select_for_update(no_key=True))
    Backfill.objects.filter(pk__in=list(before)).update(**values, updated_at=ClockTime())
    with origin(reason=reason):
        return len(record_many(changed(Backfill, before), action, by=by))
