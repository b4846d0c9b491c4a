"""What a form is answered that was saved already: the same as the first time."""

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.editing.form_data import EditPage
from apps.editing.rebase import rebase
from apps.editing.sent_form import SentForm
from apps.editing.wording import entries_since, what_was_merged


def answer_again(
    model_admin, sent: SentForm, obj: Model | None, entry: AuditEntry, saved_on: int
) -> HttpResponse:
    """What has become of the object since is not in it; `obj` is None where that is gone.

    `saved_on` is the version that it was saved on.
    """
    request = sent.request
    sent.post_as_typed()
    if obj is None:
        text = f"“{entry.object_label}” was saved; since then it has been deleted."
        messages.info(request, text)
        return HttpResponseRedirect(reverse(model_admin._url_name("changelist")))
    respond = model_admin.response_add if entry.version == 1 else model_admin.response_change
    response = respond(request, obj)
    may_see = model_admin.has_change_permission(request, obj)
    if may_see and entry.source == Source.MERGE and sent.opened.version < saved_on:
        messages.info(request, merged_then(model_admin, request, sent, obj, saved_on))
    return response


def merged_then(model_admin, request: HttpRequest, sent: SentForm, obj: Model, version: int) -> str:
    """What was merged with this version, when the form came first."""
    page, opened_at = EditPage.of(model_admin, request, obj), sent.opened.version
    rebased = rebase(page, obj, opened_at, sent.typed, sent.files, shown_at=version)
    return what_was_merged(rebased, entries_since(obj, opened_at, version))
