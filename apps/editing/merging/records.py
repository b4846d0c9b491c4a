"""Three-way merge of a record, field by field: the outcomes of saving beside someone else."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .merge import TextMerge, joined_line, merge_text
from .parts import Outcome, settled


class Kind(StrEnum):
    """How a field is merged: as one value, as a line that a person has to join, as a text that
    joins itself, as a set (tags: a list of ids).
    """

    VALUE = "value"
    LINE = "line"
    TEXT = "text"
    SET = "set"


@dataclass(frozen=True)
class FieldMerge:
    """One field: its outcome and value (pre-filled in a conflict), and a text's own merge."""

    base: object
    theirs: object
    mine: object
    outcome: Outcome
    value: object
    text: TextMerge | None = None


@dataclass(frozen=True)
class RecordMerge:
    fields: dict[str, FieldMerge]

    @property
    def values(self) -> dict[str, object]:
        return {name: merge.value for name, merge in self.fields.items()}

    def having(self, outcome: Outcome) -> dict[str, FieldMerge]:
        return {name: merge for name, merge in self.fields.items() if merge.outcome is outcome}

    @property
    def conflicts(self) -> dict[str, FieldMerge]:
        return self.having(Outcome.CONFLICT)


def merge_record(
    base: Mapping, theirs: Mapping, mine: Mapping, kinds: Mapping[str, Kind]
) -> RecordMerge:
    """Merge the fields that `kinds` names; one that a side leaves out is as in the base."""
    return RecordMerge(
        {
            name: _merge_field(
                base[name], theirs.get(name, base[name]), mine.get(name, base[name]), kind
            )
            for name, kind in kinds.items()
        }
    )


def _merge_field(base: object, theirs: object, mine: object, kind: Kind) -> FieldMerge:
    if kind is Kind.SET:
        base, theirs, mine = sorted(base), sorted(theirs), sorted(mine)
    outcome, value, text = settled(base, theirs, mine), mine, None
    if outcome is Outcome.THEIRS:
        value = theirs
    elif outcome is None and kind is Kind.SET:
        outcome, value = Outcome.MERGED, _merge_sets(set(base), set(theirs), set(mine))
    elif outcome is None and kind is Kind.TEXT and all(map(_is_text, (base, theirs, mine))):
        text = merge_text(base, theirs, mine)
        outcome, value = Outcome.CONFLICT if text.conflicts else Outcome.MERGED, text.text
    elif outcome is None and kind is Kind.LINE and all(map(_is_text, (base, theirs, mine))):
        value = joined_line(base, theirs, mine)
    return FieldMerge(base, theirs, mine, outcome or Outcome.CONFLICT, value, text)


def _merge_sets(base: set, theirs: set, mine: set) -> list:
    """What both kept and what either added: no two changes of a set contradict each other."""
    return sorted((base & theirs & mine) | (theirs - base) | (mine - base))


def _is_text(value: object) -> bool:
    return isinstance(value, str)
