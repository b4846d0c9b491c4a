"""Rows that were selected in a list, and those among them that somebody changed since."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from django.db.models import QuerySet
from django.http import HttpRequest

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
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
        shown = versions_shown(request)
        if not shown:
            return cls(rows, [])
        newer = {pk: shown[pk] for pk, now in lock(rows) if now > shown.get(pk, now)}
        if newer and (done := done_before(request)):
            return cls(rows.none(), [], done)
        changed = entries_of_others(rows.model._meta.label_lower, newer, request.user.pk)
        left_out = {entry.object_id for entry in changed}
        return cls(rows.exclude(pk__in=left_out) if left_out else rows, changed)

    def warning(self) -> str:
        names = list(
            {entry.object_id: f"“{entry.object_label}”" for entry in self.changed}.values()
        )
        were = "it was" if len(names) == 1 else "they were"
        if len(names) > NAMED:
            names[NAMED:] = [f"{len(names) - NAMED:,} more"]
        return (
            f"{listed(people(self.changed))} changed {listed(names)} since this list was shown, "
            f"so {were} left out. Look at the list as it is now."
        )


def versions_shown(request: HttpRequest) -> dict[int, int]:
    """Key of a row → its version; empty for a form without them."""
    found = SHOWN.findall(request.POST.get(VERSIONS, ""))
    return {int(pk): int(version) for pk, version in found}


def submission_of(request: HttpRequest) -> str:
    """What the form is known by: what it asks for, of which rows at which versions."""
    data = request.POST
    asked = data.get("action"), data.get(VERSIONS), sorted(data.getlist("_selected_action"))
    return f"list {request.user.pk}:{sha256(repr(asked).encode()).hexdigest()[:32]}"


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


def entries_of_others(label: str, newer: dict[int, int], user_id: int) -> list[AuditEntry]:
    if not newer:
        return []
    entries = AuditEntry.objects.filter(object_type=label, object_id__in=newer)
    entries = entries.filter(version__gt=min(newer.values())).exclude(source=Source.SCHEDULE)
    return [
        entry
        for entry in entries.defer("changes").order_by("id")[:ENTRIES_READ]
        if entry.version > newer[entry.object_id] and entry.actor_id != user_id
    ]
