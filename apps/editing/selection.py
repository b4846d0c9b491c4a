"""Rows that were selected in a list, and those among them that somebody changed since."""

import re
from dataclasses import dataclass
from functools import reduce
from math import inf
from operator import or_
from typing import Self

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.querysets import AuditEntryQuerySet
from apps.backoffice.changelist import selected_keys
from apps.editing.opened import digest
from apps.editing.wording import ENTRIES_READ, listed, people

# So many are named; the list shows them all.
NAMED = 3
VERSIONS = "_versions"
SHOWN = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


@dataclass(frozen=True)
class Selection:
    """`unchanged` are the rows to act on, `changed` what others made of the rest; `done` counts
    those of the same form where it came before.
    """

    unchanged: QuerySet
    changed: list[AuditEntry]
    done: int = 0

    @classmethod
    def locked(cls, rows: QuerySet, request: HttpRequest) -> Self:
        """Of the rows with the versions that the list has shown; locked, so none is changed now.

        One's own changes are no news, and the schedule's conflict with nothing.
        """
        shown = read_versions(request)
        if not shown:
            return cls(rows, [])
        now = dict(lock(rows))
        # What has left the list, by its filter or for the trash, is newer too.
        chosen = shown.keys() & (selected_keys(request) | now.keys())
        newer = {pk: shown[pk] for pk in chosen if now.get(pk, inf) > shown[pk]}
        if not newer:
            return cls(rows, [])
        if done := done_before(request):
            return cls(rows.none(), [], done)
        entries = entries_of_others(rows.model._meta.label_lower, newer, request.user.pk)
        left_out = set(entries.values_list("object_id", flat=True).distinct())
        changed = list(entries.defer("changes").order_by("id")[:ENTRIES_READ])
        return cls(rows.exclude(pk__in=left_out) if left_out else rows, changed)

    def warning(self) -> str:
        names = list(
            {entry.object_id: f"“{entry.object_label}”" for entry in self.changed}.values()
        )
        were = "it was" if len(names) == 1 else "they were"
        if len(names) > NAMED:
            names[NAMED:] = [f"{len(names) - NAMED:,} more"]
        return (
            f"{listed(people(self.changed))} changed {listed(names)} since this page was shown, "
            f"so {were} left out. Look at the list as it is now."
        )


def read_versions(request: HttpRequest) -> dict[int, int]:
    """Key of a row → its version; empty for a form without them."""
    found = SHOWN.findall(request.POST.get(VERSIONS, ""))
    return {int(pk): int(version) for pk, version in found}


def submission_of(request: HttpRequest) -> str:
    """What the form is known by: what it asks for, of which rows at which versions."""
    return f"list {request.user.pk}:{digest(request.POST, request.FILES)}"


def done_before(request: HttpRequest) -> int:
    """How many rows the same form has changed already: somebody clicked twice."""
    first = AuditEntry.objects.filter(submission=submission_of(request)).first()
    if first is None:
        return 0
    written = AuditEntry.objects.filter(actor_id=first.actor_id, id__gte=first.id)
    return written.filter(request_id=first.request_id, action=first.action).count()


def lock(rows: QuerySet) -> list[tuple[int, int]]:
    """Keys and versions, in the order of the ids as all sets are locked."""
    chosen = rows.model._base_manager.filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    return list(chosen.select_for_update(no_key=True).values_list("pk", "version"))


def entries_of_others(label: str, newer: dict[int, int], user_id: int) -> AuditEntryQuerySet:
    """What others made of these rows after these versions, `newer` being key → version."""
    later = (Q(object_id=pk, version__gt=version) for pk, version in newer.items())
    entries = AuditEntry.objects.filter(reduce(or_, later), object_type=label)
    return entries.exclude(source=Source.SCHEDULE).exclude(actor_id=user_id)
