"""The page of a pending edit: what was typed, what became of the object since, and one button.

Also the answer to a POST that could not be saved; then the edit has just been kept.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.activity.recorded import recorded_as
from apps.backoffice.refused_body import Sent
from apps.backoffice.rows import short_time
from apps.backoffice.widgets import is_key
from apps.editing.conflicts import TEXT, answer_to
from apps.editing.labels import Labels
from apps.editing.merged import merged_rows
from apps.editing.models import PendingEdit
from apps.editing.opened import REASON, is_typed
from apps.editing.payload import typed_in
from apps.editing.presence import saver_of
from apps.editing.rebase import Rebased
from apps.editing.waiting import Waiting
from apps.editing.wording import SOMEBODY, actor, versions

Cause = PendingEdit.Cause
# What Django posts beside the forms of an inline.
OF_FORMSETS = ("_FORMS", "-id")
IN_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


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
        "decided_before": decided_before(waiting),
    }


def decided_before(waiting: Waiting) -> list[tuple[str, str]]:
    """Texts that were decided on where the object had another version, and other questions."""
    payload = waiting.pending.payload
    if payload.get("decided_at") in (None, waiting.obj.version):
        return []
    decided = payload["decided"]
    names = (name for name, [*_, chosen] in decided.items() if chosen == TEXT)
    answers = [answer_to(name) for name in names if name[:1] == "c"]
    return [(Sent(name, "").label, decided[name][-1]) for name in answers if name in decided]


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
