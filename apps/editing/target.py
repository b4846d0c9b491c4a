"""The object that a form is saved on: its row locked, and the edit brought to its version."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.contrib.admin.utils import flatten_fieldsets
from django.db import Error
from django.db.models import Model
from django.http import HttpRequest

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.editing.form_data import EditPage, recorded_fields
from apps.editing.not_saved import Cause, NotSaved, cause_of
from apps.editing.rebase import Rebased, rebase
from apps.editing.sent_form import SentForm
from apps.editing.wording import entries_since

BEGUN_BEFORE = "To save an edit that was begun before it was deleted"


class Target:
    """Found in the transaction of the change. `others` made what is newer than the form.

    `begun_at` is the version of the form that a pending edit was typed into; `restores` says that
    the object is to come out of the trash with the edit.
    """

    def __init__(
        self,
        model_admin,
        request: HttpRequest,
        sent: SentForm,
        object_id: str | None,
        *,
        begun_at: int | None = None,
        restores: bool = False,
    ):
        self.admin, self.request, self.sent = model_admin, request, sent
        self.object_id, self.begun_at, self.restores = object_id, begun_at, restores
        self.rebased: Rebased | None = None
        self.others: list[AuditEntry] = []
        self.hold(None)

    def hold(self, obj: Model | None) -> Model | None:
        """The object whose row is locked; the page is not to read it again."""
        self.obj = self.request.held = obj
        return obj

    def find(self) -> AuditEntry | None:
        """Locks the object and brings the edit to its version; the entry it has if saved already.

        Only a save makes a new version, so a form that was saved finds a newer one.
        """
        if self.object_id is None:
            return self.find_made()
        if not self.admin.has_change_permission(self.request):
            raise NotSaved(Cause.FORBIDDEN)
        obj = self.hold(self.locked())
        is_newer = obj is None or obj.version != self.sent.opened.version
        if is_newer and (entry := self.sent.entry()):
            return entry
        self.sent.find_pending(obj)
        if self.restores:
            self.restore()
        self.must_be_open()
        if is_newer or self.has_more_fields():
            self.bring_up_to_date(self.sent.opened.version)
        if self.begun_at not in (None, self.obj.version):
            self.obj.changed_meanwhile = names_in(entries_since(self.obj, self.begun_at))
        return None

    def locked(self) -> Model | None:
        """All that can take this one row, found by its key, so long is who holds it: each of many
        for less than the lock's timeout, and together for longer than a statement's.
        """
        try:
            return self.admin.get_object(self.request, self.object_id)
        except Error as error:
            if cause_of(error) == Cause.TIMEOUT:
                raise NotSaved(Cause.LOCK) from error
            raise

    def restore(self) -> None:
        obj = self.obj
        if obj is None or not obj.deleted_at:
            return
        if not self.admin.has_delete_permission(self.request, obj):
            raise NotSaved(Cause.GONE)
        with origin(source=Source.EDIT, reason=BEGUN_BEFORE):
            self.admin.restore(self.request, obj)
        obj.refresh_from_db(fields=["deleted_at", "version"])

    def must_be_open(self) -> None:
        if self.obj is None or getattr(self.obj, "deleted_at", None):
            raise NotSaved(Cause.GONE)
        if not self.admin.has_change_permission(self.request, self.obj):
            raise NotSaved(Cause.FORBIDDEN)
        if self.obj.version < self.sent.opened.version:
            # The database is an older copy of itself: what the form was opened at is not in it.
            raise NotSaved(Cause.CSRF)

    def has_more_fields(self) -> bool:
        """Whether this person may change more by now than when the form was opened: what it had
        not stays.
        """
        had = self.sent.fields
        if had is None:
            return False
        shown = set(flatten_fieldsets(self.admin.get_fieldsets(self.request, self.obj)))
        offered = shown - set(self.admin.get_readonly_fields(self.request, self.obj))
        return not offered <= had

    def bring_up_to_date(self, version: int, only: Collection[str] | None = None) -> None:
        self.others = entries_since(self.obj, version)
        # For forms that judge more than fields: somebody pressed one of their buttons.
        self.obj.changed_meanwhile = names_in(self.others)
        page = EditPage.of(self.admin, self.request, self.obj)
        self.rebased = rebase(page, self.obj, version, self.sent.typed, self.sent.files, only)
        if self.rebased.merge.conflicts:
            raise NotSaved(Cause.CONFLICT)
        self.sent.post(*self.rebased.posted())

    # An add form

    def find_made(self) -> AuditEntry | None:
        """What comes with another text from a form that has made its object is an edit of that,
        from version 1. Fields that are empty in it, or that the add form has not, stay.
        """
        entry = self.sent.entry()
        if entry is None:
            self.sent.find_pending(None)
            return None
        if self.hold(self.admin.get_object(self.request, str(entry.object_id))) is None:
            return entry
        self.sent.opened = replace(self.sent.opened, object_id=self.obj.pk, version=1)
        if again := self.sent.entry():
            return again
        self.bring_up_to_date(1, self.fields_of_add_form())
        if not self.rebased.is_of_mine:
            return entry
        self.object_id = str(self.obj.pk)
        return None

    def fields_of_add_form(self) -> set[str]:
        names = flatten_fieldsets(self.admin.get_fieldsets(self.request, None))
        form = self.admin.get_form(self.request, None, fields=names)()
        own = {one.name for one in recorded_fields(form, self.admin.model)}
        return own | {
            name for name in EditPage.of(self.admin, self.request, self.obj).names if "." in name
        }


def names_in(entries: Iterable[AuditEntry]) -> set[str]:
    """Of the fields that were changed."""
    return {name for entry in entries for name in entry.changes}
