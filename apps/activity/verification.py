"""History must add up: what an entry says was, an earlier one said became; the last is the row.

Versions have no gap, each old value is the previous new one, times do not run backwards, and the
newest new value of each field is the row's. What it cannot know, it counts: fields that no entry
has changed, and rows without an entry, have no witness.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from apps.activity.models import AuditEntry
from apps.activity.recorded import Recorded, all_recorded, recorded_as
from apps.activity.states import State, states

ENTRIES_AT_ONCE = 500
# Their pictures, where entries have changed them, are 256 kB each.
ROWS_AT_ONCE = 100
UNEXPLAINED_SHOWN = 20
# With these a history begins; a row that came by COPY begins without, at version 1.
BEGINNINGS = {"create", "import"}
ENDINGS = {"delete", "purge"}

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Break:
    """Where a history stops adding up; `entry` is None where a row has no entry at all."""

    object_type: str
    object_id: int
    entry: int | None
    message: str

    def __str__(self) -> str:
        where = f"{self.object_type} {self.object_id}"
        return f"{where}, entry {self.entry}: {self.message}" if self.entry else self.message


@dataclass
class Findings:
    entries: int = 0
    objects: int = 0
    unwitnessed_fields: int = 0
    rows_without_entries: int = 0
    begun_later: int = 0
    unknown_objects: int = 0
    breaks: list[Break] = field(default_factory=list)


@dataclass
class History:
    """The entries of one object, taken in the order they were written."""

    object_type: str
    object_id: int
    last: AuditEntry | None = None
    version: int | None = None
    began: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    broken: Break | None = None

    @property
    def recorded(self) -> Recorded | None:
        return recorded_as(self.object_type)

    def take(self, entry: AuditEntry) -> None:
        self.entries += 1
        if self.broken is None and (problem := self.problem_of(entry)):
            self.broken = self.break_at(entry, problem)
        self.last = entry

    def break_at(self, entry: AuditEntry, message: str) -> Break:
        return Break(self.object_type, self.object_id, entry.pk, message)

    def problem_of(self, entry: AuditEntry) -> str | None:
        if self.last is not None and entry.at < self.last.at:
            return f"dated {entry.at:%Y-%m-%d %H:%M:%S}, before entry {self.last.pk}"
        return self.problem_of_version(entry) or self.problem_of_values(entry)

    def problem_of_version(self, entry: AuditEntry) -> str | None:
        begins = entry.action in BEGINNINGS
        if begins and self.last is not None:
            return f"“{entry.action}” after other entries"
        self.began = self.began or begins
        if entry.version is None:
            return None
        expected = 1 if begins else (self.version or 1) + 1
        self.version = entry.version
        if entry.version != expected:
            return f"version {entry.version} where {expected} was to come"
        return None

    def problem_of_values(self, entry: AuditEntry) -> str | None:
        for name_then, pair in entry.changes.items():
            if not isinstance(pair, list) or len(pair) != 2:
                return f"{name_then} has no old and new value"
            old, new = pair
            name = self.recorded.current_name(name_then) if self.recorded else name_then
            if name is not None:
                if self.values.get(name, old) != old:
                    return f"{name} was not what the entry before says it became"
                self.values[name] = new
        return None

    def compare(self, row: State | None) -> Break | None:
        """The first break, in the entries or between them and the row as it is."""
        if self.broken is None and (problem := self.problem_of_row(row)):
            self.broken = self.break_at(self.last, problem)
        return self.broken

    def problem_of_row(self, row: State | None) -> str | None:
        if self.last.action in ENDINGS:
            return "the row is there, though its last entry deleted it" if row else None
        if row is None:
            return "the row is gone, and no entry says so"
        if row.version is not None and row.version != (self.version or 1):
            return f"the last version is {self.version or 1}, the row's is {row.version}"
        different = [name for name, value in self.values.items() if row.values[name] != value]
        return (
            f"the row's {different[0]} is another than its last entry says" if different else None
        )


def verify(entries_read: Progress, rows_read: Progress) -> Findings:
    """All histories against all rows; each break was seen twice, the second time under a lock."""
    findings = Findings()
    for some in batched(histories(entries_read)):
        check(some, findings)
    for recorded in all_recorded():
        findings.breaks += unexplained(recorded)
        rows_read(1)
    findings.rows_without_entries = count_silent_rows(findings)
    return findings


def check(some: list[History], findings: Findings) -> None:
    """Histories of one type of object."""
    findings.objects += len(some)
    findings.entries += sum(history.entries for history in some)
    recorded = some[0].recorded
    if recorded is None:
        findings.unknown_objects += len(some)
        findings.breaks += [history.broken for history in some if history.broken]
        return
    rows = rows_of(recorded, some)
    for history in some:
        if history.compare(rows.get(history.object_id)) and (found := certain(history)):
            findings.breaks.append(found)
        findings.begun_later += not history.began
        if history.last.action not in ENDINGS:
            findings.unwitnessed_fields += len(recorded.fields) - len(history.values)


def rows_of(recorded: Recorded, some: list[History], *, lock: bool = False) -> dict[int, State]:
    rows = recorded.model._base_manager.filter(pk__in=[history.object_id for history in some])
    if lock:
        rows = rows.select_for_update(of=("self",))
    return states(rows, {name for history in some for name in history.values})


def certain(suspect: History) -> Break | None:
    """Look again with the row locked: somebody may have saved between the two readings."""
    key = suspect.object_type, suspect.object_id
    with transaction.atomic():
        recorded = suspect.recorded
        rows = rows_of(recorded, [suspect], lock=True)
        history = History(*key)
        for entry in AuditEntry.objects.of_object(*key).order_by("id").iterator(ENTRIES_AT_ONCE):
            history.take(entry)
        if history.values.keys() - suspect.values.keys():
            rows = rows_of(recorded, [history])
        return history.compare(rows.get(suspect.object_id))


def histories(entries_read: Progress) -> Iterator[History]:
    """Each object's, by type and id."""
    for key, entries in groupby(stream(entries_read), lambda one: (one.object_type, one.object_id)):
        history = History(*key)
        for entry in entries:
            history.take(entry)
        yield history


def stream(entries_read: Progress) -> Iterator[AuditEntry]:
    """All entries in the order of their objects, in pages by key: no cursor is held open."""
    rows = AuditEntry.objects.order_by("object_type", "object_id", "id")
    page = list(rows[:ENTRIES_AT_ONCE])
    while page:
        yield from page
        entries_read(len(page))
        last = page[-1]
        same_type = Q(object_type=last.object_type)
        same_object = same_type & Q(object_id=last.object_id)
        # The nearest of the three first: each is a piece of the index of its own.
        page = list(rows.filter(same_object, id__gt=last.id)[:ENTRIES_AT_ONCE])
        for beyond in (
            same_type & Q(object_id__gt=last.object_id),
            Q(object_type__gt=last.object_type),
        ):
            if len(page) < ENTRIES_AT_ONCE:
                page += rows.filter(beyond)[: ENTRIES_AT_ONCE - len(page)]


def batched(found: Iterator[History]) -> Iterator[list[History]]:
    """Lists of histories of one type."""
    for _, same in groupby(found, lambda history: history.object_type):
        some = []
        for history in same:
            some.append(history)
            if len(some) == ROWS_AT_ONCE:
                yield some
                some = []
        if some:
            yield some


def unexplained(recorded: Recorded) -> list[Break]:
    """Rows beyond version 1 that no entry names: edited past the actions, or their entries gone."""
    if not recorded.is_versioned:
        return []
    explained = AuditEntry.objects.of_object(recorded.name, OuterRef("pk"))
    rows = recorded.model._base_manager.filter(~Exists(explained), version__gt=1)
    return [
        Break(
            recorded.name, pk, None, f"{recorded.name} {pk} is at version {version} without entry"
        )
        for pk, version in rows.order_by("pk").values_list("pk", F("version"))[:UNEXPLAINED_SHOWN]
    ]


def count_silent_rows(findings: Findings) -> int:
    """Of models without a recorded field nothing is to be witnessed."""
    witnessed = [recorded for recorded in all_recorded() if recorded.fields]
    rows = sum(recorded.model._base_manager.count() for recorded in witnessed)
    explained = sum(
        recorded.model._base_manager.filter(
            Exists(AuditEntry.objects.of_object(recorded.name, OuterRef("pk")))
        ).count()
        for recorded in witnessed
    )
    return rows - explained
