"""An edit that was begun at an older version, brought to the version that is there now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from apps.activity.states import state_at, states
from apps.editing.form_data import EditPage
from apps.editing.merging.parts import Outcome
from apps.editing.merging.records import RecordMerge, merge_record

# What I typed stands as I typed it, also where no field could make it of the recorded value.
AS_TYPED = (Outcome.MINE, Outcome.SAME)


@dataclass(frozen=True)
class Rebased:
    """`merge` compares the version the form was opened at (base), the one that is there (theirs)
    and what was typed (mine).
    """

    page: EditPage
    merge: RecordMerge
    typed: QueryDict
    files: MultiValueDict

    @property
    def is_of_mine(self) -> bool:
        """Whether anything is left of what was typed that is not there already."""
        outcomes = {one.outcome for one in self.merge.fields.values()}
        return bool(outcomes - {Outcome.UNCHANGED, Outcome.SAME, Outcome.THEIRS})

    @property
    def takes_theirs(self) -> bool:
        """Whether somebody else's change is in it."""
        outcomes = {one.outcome for one in self.merge.fields.values()}
        return bool(outcomes & {Outcome.THEIRS, Outcome.MERGED, Outcome.CONFLICT})

    def posted(
        self, answers: Mapping[str, Any] = {}, as_typed: Collection[str] = ()
    ) -> tuple[QueryDict, MultiValueDict]:
        """What the page of the version that is there would post, with my edit typed into it.

        `answers` are values for fields in conflict, `as_typed` those where mine is taken.
        """
        data, files = self.typed.copy(), self.files.copy()
        kept = {name for name, one in self.merge.fields.items() if one.outcome in AS_TYPED}
        self.page.write(data, files, self.merge.values | dict(answers), kept | set(as_typed))
        return data, files


def rebase(
    page: EditPage,
    obj: Model,
    opened_at: int,
    typed: QueryDict,
    files: MultiValueDict,
    only: Collection[str] | None = None,
    shown_at: int | None = None,
) -> Rebased:
    """Merge what was typed into the page at an earlier version with the object as it is now.

    Two statements for the object and one for its history; hold its row's lock to save what comes
    of it. `only` names the object's own fields that the form had, if it was an add form;
    `shown_at` is the version to merge with, if not the one that is there.
    """
    rows = type(obj)._base_manager.filter(pk=obj.pk)
    now = states(rows, page.names)[obj.pk]
    base, theirs = state_at(now, opened_at), state_at(now, shown_at) if shown_at else now
    base, theirs = page.normal(base.values), page.normal(theirs.values)
    mine = page.read(typed, files)
    if only is not None:
        mine = {name: one for name, one in mine.items() if one and ("." in name or name in only)}
    return Rebased(page, merge_record(base, theirs, mine, page.kinds), typed, files)
