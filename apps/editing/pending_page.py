"""The page of a pending edit: what was typed, what became of the object since, and one button.

Also the answer to a POST that could not be saved; then the edit has just been kept.
"""

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.backoffice.refused_body import Sent
from apps.backoffice.rows import short_time
from apps.backoffice.widgets import is_key
from apps.editing.form_data import EditPage
from apps.editing.labels import Labels
from apps.editing.merge_page import Conflict, conflicts_of, merged_rows
from apps.editing.models import PendingEdit
from apps.editing.opened import REASON, Opened, is_typed, key_of
from apps.editing.payload import typed_in
from apps.editing.presence import saver_of
from apps.editing.rebase import Rebased, rebase
from apps.editing.wording import SOMEBODY, actor, entries_since, listed, people, versions

Cause = PendingEdit.Cause
# What Django posts beside the forms of an inline.
OF_FORMSETS = ("_FORMS", "-id")
IN_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@dataclass
class Waiting:
    """A pending edit beside its object as it is now, or was at the version a page showed it."""

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


def answer(waiting: Waiting, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """The page, whatever the state of the edit and of its object."""
    request, pending = waiting.request, waiting.pending
    request.current_app = admin.site.name
    has_form = pending.is_waiting and waiting.rebased is not None
    context = {
        **admin.site.each_context(request),
        "title": title_of(waiting),
        "pending": pending,
        "waiting": waiting,
        "opts": waiting.admin.opts,
        "kind": waiting.admin.opts.verbose_name,
        "address": reverse("editing:pending", args=[pending.pk]),
        "list_page": reverse(waiting.admin._url_name("changelist")),
        "page": page_of(waiting),
        "kept_at": short_time(pending.created_at),
        "typed": typed_texts(pending),
        "show_typed": not has_form,
        **(end_of(waiting) if pending.is_waiting and not waiting.may_change else {}),
        **(form_context(waiting) if pending.is_waiting and waiting.is_open else {}),
        **(merge_context(waiting) if has_form else {}),
    }
    return TemplateResponse(request, "editing/pending.html", context, status=status)


def title_of(waiting: Waiting) -> str:
    pending = waiting.pending
    if not pending.is_waiting:
        return f"Your edit was {pending.get_resolution_display().lower()}"
    if waiting.rebased is not None and not waiting.rebased.is_of_mine:
        return "Nothing is left to save"
    if pending.cause == Cause.LOCK and not waiting.entries:
        return f"{saver(pending)} is saving this {waiting.admin.opts.verbose_name}, try again"
    return "Merge your edit" if waiting.conflicts else "Your edit is waiting"


def saver(pending: PendingEdit) -> str:
    if pending.object_id is None:
        return SOMEBODY
    return saver_of(pending.object_type, pending.object_id, but=pending.user_id)


def page_of(waiting: Waiting) -> str:
    """The address of the object, or of the list where there is none."""
    if waiting.obj is not None:
        return reverse(waiting.admin._url_name("change"), args=[waiting.obj.pk])
    return reverse(waiting.admin._url_name("changelist"))


def end_of(waiting: Waiting) -> dict[str, str]:
    """Who deleted the object, and when."""
    entry = waiting.end
    if entry is None:
        return {"ended_by": SOMEBODY, "ended_when": ""}
    return {"ended_by": actor(entry), "ended_when": f" on {short_time(entry.at)}"}


def form_context(waiting: Waiting) -> dict[str, str]:
    """What makes the page a form whose save is guarded like any other."""
    if waiting.is_adding:
        label = f"Save the new {waiting.admin.opts.verbose_name}"
    elif waiting.may_restore:
        label = "Restore with my edit"
    elif waiting.obj is None or not waiting.may_change:
        label = ""
    else:
        merged = "merged " if waiting.entries else ""
        label = f"Save {merged}version {waiting.obj.version + 1}"
    if label and (pressed := waiting.admin.button_pressed(waiting.pending.payload["data"])):
        # What was pressed then is done by this button too, so it says so.
        label = f"{label}: {pressed.lower()}"
    elif waiting.may_change and not waiting.is_adding and not waiting.rebased.is_of_mine:
        label = "Done"
    return {
        "opened": waiting.token(),
        "save_name": "_restore" if waiting.may_restore else "_save",
        "save_label": label,
        "reason": reason_of(waiting.pending),
    }


def reason_of(pending: PendingEdit) -> str:
    """As it was typed last."""
    typed = pending.payload["data"] | pending.payload.get("decided", {})
    return typed.get(REASON, [""])[-1]


def merge_context(waiting: Waiting) -> dict[str, Any]:
    entries, others = waiting.entries, waiting.others
    rows = merged_rows(waiting.rebased, waiting.labels, others)
    return {
        "conflicts": waiting.conflicts,
        "rows": rows,
        "others": others if entries and not is_only_trashed(waiting) else "",
        "others_own": f"{others}’s",
        "theirs_when": f"{versions(entries)}, {short_time(entries[-1].at)}" if entries else "",
        "merged": merged_sentence(len(rows)),
        "to_decide": to_decide(len(waiting.conflicts)),
        "is_of_mine": waiting.rebased.is_of_mine,
        "whole": whole_texts(waiting.rebased),
    }


def is_only_trashed(waiting: Waiting) -> bool:
    """Whether there is nothing of others in it but that it is in the trash."""
    return waiting.is_trashed and not waiting.rebased.takes_theirs


def merged_sentence(merged: int) -> str:
    """“Four changes were merged by themselves”."""
    if merged == 0:
        return "Nothing was merged by itself"
    was = "change was merged by itself" if merged == 1 else "changes were merged by themselves"
    return f"{counted(merged).capitalize()} {was}"


def to_decide(conflicts: int) -> str:
    """“one needs you”; empty where nothing does."""
    return f"{counted(conflicts)} need{'s' if conflicts == 1 else ''} you" if conflicts else ""


def counted(number: int) -> str:
    return IN_WORDS[number - 1] if number <= len(IN_WORDS) else f"{number:,}"


def whole_texts(rebased: Rebased) -> list[tuple[str, str]]:
    """Label and text of the long texts that are merged, as they would be saved."""
    return [
        (field.label, rebased.merge.fields[field.name].value)
        for field in rebased.page.fields
        if rebased.merge.fields[field.name].text is not None
    ]


def typed_texts(pending: PendingEdit) -> list[tuple[str, str]]:
    """Name and text of all that was typed, for copying where there is nothing to save it in."""
    data = typed_in(pending.payload)[0]
    ids = {name: [int(one) for one in data.getlist(name) if is_key(one)] for name in data}
    return texts_in(data, Labels(recorded_as(pending.object_type), ids))


def texts_in(data: QueryDict, labels: Labels | None = None) -> list[tuple[str, str]]:
    """Objects by their names, where `labels` has them."""
    found = []
    for name in data:
        values = [one for one in data.getlist(name) if one]
        if labels is not None and name in labels.names:
            keys = [int(one) for one in values if is_key(one)]
            values = [", ".join(labels.objects(name, keys))] if keys else values
        if values and is_typed(name) and not name.endswith(OF_FORMSETS):
            found.append((Sent(name, "").label, "\n".join(values)))
    return found


def not_kept(request: HttpRequest, typed: QueryDict, error: Exception) -> HttpResponse:
    """Too large, or too many: the text comes back on the page, to be copied."""
    request.current_app = admin.site.name
    context = {
        **admin.site.each_context(request),
        "title": "This could not be saved",
        "error": str(error),
        "typed": texts_in(typed),
    }
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return TemplateResponse(request, "editing/not_kept.html", context, status=status)
