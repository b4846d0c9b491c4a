"""A pending edit beside its object as it is now."""

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.editing.conflicts import Conflict, conflicts_of
from apps.editing.form_data import EditPage
from apps.editing.labels import Labels
from apps.editing.models import PendingEdit
from apps.editing.opened import Opened, key_of
from apps.editing.payload import typed_in
from apps.editing.rebase import Rebased, rebase
from apps.editing.wording import entries_since, listed, people


@dataclass
class Waiting:
    """`shown_at` is the version of the object that a page showed, if not the one that is there."""

    request: HttpRequest
    pending: PendingEdit
    shown_at: int | None = None

    @cached_property
    def admin(self):
        return admin.site.get_model_admin(recorded_as(self.pending.object_type).model)

    @property
    def is_adding(self) -> bool:
        return self.pending.object_id is None

    @cached_property
    def obj(self) -> Model | None:
        if self.is_adding:
            return None
        rows = self.admin.page_rows(self.admin.get_queryset(self.request))
        return rows.filter(pk=self.pending.object_id).first()

    @property
    def is_trashed(self) -> bool:
        return bool(getattr(self.obj, "deleted_at", None))

    @cached_property
    def may_change(self) -> bool:
        if self.is_adding:
            return self.admin.has_add_permission(self.request)
        return self.obj is not None and self.admin.has_change_permission(self.request, self.obj)

    @property
    def may_see(self) -> bool:
        """Whether the object may be named as it is now."""
        see = self.admin.has_view_or_change_permission
        return self.obj is not None and see(self.request, self.obj)

    @cached_property
    def may_restore(self) -> bool:
        """Out of the trash with the edit: who could not save it then restores nothing by it."""
        if not self.is_trashed or not self.admin.has_delete_permission(self.request, self.obj):
            return False
        return self.admin.has_change_permission(self.request, self.restored)

    @cached_property
    def restored(self) -> Model | None:
        """The object as it is out of the trash, where its edit page can be opened."""
        if not self.is_trashed:
            return self.obj
        restored = copy(self.obj)
        restored.deleted_at = None
        return restored

    @property
    def is_open(self) -> bool:
        """Whether the edit can be saved from its page, if need be after a restore."""
        return self.may_change or self.may_restore

    @cached_property
    def rebased(self) -> Rebased | None:
        """None where the object has no edit page for this person."""
        if not self.is_open or self.is_adding:
            return None
        page = EditPage.of(self.admin, self.request, self.restored)
        opened_at, typed = self.pending.opened_version, typed_in(self.pending.payload)
        return rebase(page, self.obj, opened_at, *typed, shown_at=self.shown_at)

    @cached_property
    def labels(self) -> Labels:
        merges = self.rebased.merge.fields
        sides = ("base", "theirs", "mine", "value")
        return Labels(
            recorded_as(self.pending.object_type),
            *({name: getattr(one, side) for name, one in merges.items()} for side in sides),
        )

    @cached_property
    def conflicts(self) -> list[Conflict]:
        if self.rebased is None:
            return []
        payload = self.pending.payload
        is_decided = payload.get("decided_at") == self.obj.version
        decided = payload.get("decided", {}) if is_decided else {}
        return conflicts_of(self.rebased, self.labels, decided)

    @cached_property
    def entries(self) -> list[AuditEntry]:
        """What others saved since the form was opened."""
        if self.obj is None or self.obj.version == self.pending.opened_version:
            return []
        return entries_since(self.obj, self.pending.opened_version)

    @property
    def others(self) -> str:
        return listed(people(self.entries))

    @cached_property
    def end(self) -> AuditEntry | None:
        """The entry of the deletion."""
        pending = self.pending
        entries = AuditEntry.objects.of_object(pending.object_type, pending.object_id)
        return entries.filter(action__in=["trash", "delete", "purge"]).newest_first().first()

    def token(self) -> str:
        """The merge page is a form like any other: its save is guarded again. What would add an
        object is still the form that it came from, which makes one only.
        """
        pending = self.pending
        opened = Opened.now(self.request.user.pk, pending.object_type, self.obj, pending.pk)
        if self.is_adding:
            opened = replace(opened, key=key_of(pending.submission))
        return opened.signed()
