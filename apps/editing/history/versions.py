"""The versions of an object as its history lists them, newest first, in pages by key."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.activity.models import AuditEntry
from apps.activity.recorded import Recorded
from apps.activity.shortened import length_of
from apps.activity.wording import done
from apps.backoffice.rows import short_time
from apps.editing.labels import NOTHING, Labels
from apps.editing.wording import actor

PAGE = 50
# So much of a value, and so many fields, say what a save was about.
EXCERPT = 60
FIELDS_SHOWN = 4
QUIET_ACTIONS = {"change"}


@dataclass(frozen=True)
class Page:
    """Entries of an object; `older` and `newer` are ids to page on from, None at the ends."""

    entries: list[AuditEntry]
    older: int | None = None
    newer: int | None = None

    @property
    def reaches_beginning(self) -> bool:
        return self.older is None


def newest(entries) -> Page:
    return before(entries, None)


def before(entries, entry_id: int | None) -> Page:
    """The page of the entries written before this one; `entries` are those of the object."""
    rows = entries.newest_first().in_short()
    if entry_id is not None:
        rows = rows.filter(id__lt=entry_id)
    found = list(rows[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    found = found[:PAGE]
    is_newest = entry_id is None or not found or not entries.filter(id__gt=found[0].pk).exists()
    return Page(found, older, None if is_newest else found[0].pk)


def after(entries, entry_id: int) -> Page:
    """The page of the entries written right after this one."""
    found = list(entries.order_by("id").filter(id__gt=entry_id).in_short()[: PAGE + 1])
    if len(found) <= PAGE:
        # The newest page is whole, however few came after.
        return newest(entries)
    found = found[PAGE - 1 :: -1]
    return Page(found, older=found[-1].pk, newer=found[0].pk)


def around(entries, version: int) -> Page:
    """The page that begins with a version; where it has no entry, with the next one that has."""
    made = entries.filter(version__gte=version).order_by("version")
    first = made.values_list("pk", flat=True).first()
    return newest(entries) if first is None else before(entries, first + 1)


def recorded_values(recorded: Recorded, pages: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Field → value, once of the old and once of the new ones, for the labels of what they name."""
    found = []
    for entry in pages:
        for pair in zip(*entry.short.values(), strict=True):
            names = [recorded.current_name(name) or name for name in entry.short]
            found.append(dict(zip(names, pair, strict=True)))
    return found


@dataclass(frozen=True)
class Line:
    """One entry in words; `what` is the action where it is more than a save."""

    entry: AuditEntry
    who: str
    what: str
    changes: list[tuple[str, str]]
    more: int = 0

    @property
    def version(self) -> int | None:
        return self.entry.version

    @property
    def when(self) -> str:
        return short_time(self.entry.at)

    @property
    def source(self) -> str:
        return self.entry.get_source_display()


def line(entry: AuditEntry, labels: Labels) -> Line:
    changes = [change(name, pair, labels) for name, pair in entry.short.items()]
    return Line(
        entry,
        actor(entry),
        "" if entry.action in QUIET_ACTIONS else done(entry.action),
        changes[:FIELDS_SHOWN],
        max(0, len(changes) - FIELDS_SHOWN),
    )


def change(name: str, pair: list, labels: Labels) -> tuple[str, str]:
    """The field and “old → new”, long texts by their lengths, sets by what came and went."""
    name = labels.recorded.current_name(name) or name
    old, new = pair
    if isinstance(old, list) and isinstance(new, list):
        return labels.field(name), set_change(name, old, new, labels)
    sides = [excerpt(name, side, labels) for side in pair]
    if length_of(old) or length_of(new) or sides[0] == sides[1]:
        sides = [f"{characters(old):,}", f"{characters(new):,} characters"]
    return labels.field(name), " → ".join(sides)


def set_change(name: str, old: list, new: list, labels: Labels) -> str:
    """“+ budget, harbour − port”."""
    came = labels.objects(name, set(new) - set(old))
    went = labels.objects(name, set(old) - set(new))
    signs = {"+": came, "−": went}
    text = " ".join(f"{sign} {', '.join(names)}" for sign, names in signs.items() if names)
    return shorten(text) if text else NOTHING


def characters(value: Any) -> int:
    return length_of(value) or len(value or "")


def excerpt(name: str, value: Any, labels: Labels) -> str:
    return shorten(labels.value(name, value))


def shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…"
