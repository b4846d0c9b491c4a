"""Sentences about what others did to an object meanwhile."""

from collections.abc import Iterable, Sequence

from django.db.models import Model

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.activity.wording import SOMEBODY, maker
from apps.editing.labels import Labels
from apps.editing.merging.parts import Outcome
from apps.editing.rebase import Rebased

# So many are named one by one; who saves every minute for a day is named once anyway.
ENTRIES_READ = 500


def entries_since(obj: Model, version: int, to: int | None = None) -> list[AuditEntry]:
    """What made the versions of the object after this one, the first first."""
    entries = AuditEntry.objects.versions_of(
        obj._meta.label_lower, obj.pk, version, to or obj.version
    )
    return list(entries[:ENTRIES_READ])


def people(entries: Iterable[AuditEntry]) -> list[str]:
    """Who made these, each once: “Ed”, “Olive”, “The schedule”."""
    return list(dict.fromkeys(map(actor, entries))) or [SOMEBODY]


def actor(entry: AuditEntry) -> str:
    return maker(entry.actor_label, entry.source)


def versions(entries: Sequence[AuditEntry]) -> str:
    """“version 7”, “versions 7 to 9”."""
    first, last = entries[0].version, entries[-1].version
    return f"version {last}" if first == last else f"versions {first} to {last}"


def listed(words: Sequence[str]) -> str:
    """“Ed”, “Ed and Olive”, “Ed, Olive and Wren”."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def changed_since(obj: Model, version: int) -> str:
    """What others did to it after this version, for whoever is about to delete or restore it."""
    entries = entries_since(obj, version)
    labels = Labels(recorded_as(type(obj)))
    names = dict.fromkeys(name for entry in entries for name in entry.changes)
    what = listed([labels.field(name).lower() for name in names]) if names else "it"
    return (
        f"{listed(people(entries))} changed {what} since you opened this page: it is version "
        f"{obj.version} now. Look at it before you go on."
    )


def what_was_merged(rebased: Rebased, entries: Sequence[AuditEntry]) -> str:
    """What came from whom; the entries are those of the others."""
    others = listed(people(entries))
    merge = rebased.merge
    theirs = [*merge.having(Outcome.THEIRS), *merge.having(Outcome.MERGED)]
    mine = [*merge.having(Outcome.MINE), *merge.having(Outcome.MERGED)]
    text = f"Merged with what {others} saved meanwhile: {listed(field_names(rebased, theirs))}."
    if mine:
        text += f" From you: {listed(field_names(rebased, mine))}."
    return text


def field_names(rebased: Rebased, names: Iterable[str]) -> list[str]:
    """The fields' labels as the page has them, and which paragraphs of a text."""
    labels = {one.name: one.label.lower() for one in rebased.page.fields}
    return [labels[name] for name in names]
