from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.activity.actions import Source
from apps.backoffice.refused_body import keep_as_sent
from apps.editing import pending_page
from apps.editing.actions import Resolution, keep_decisions, resolve_edit, take_back
from apps.editing.conflicts import answered
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME, REASON, Opened
from apps.editing.panels import lines
from apps.editing.payload import TooLargeToKeep, payload_of, typed_in
from apps.editing.received import note_received
from apps.editing.saving import Saving
from apps.editing.waiting import Waiting

HOME = "admin:index"


def pending(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of somebody's own pending edit, and what its buttons do."""
    edit = PendingEdit.objects.of_user(request.user).filter(pk=pk).first()
    if edit is None:
        raise Http404
    if request.method != "POST":
        return pending_page.answer(Waiting(request, edit))
    keep_as_sent(request)
    buttons = {"_discard": discard, "_keep": leave, "_back": back}
    for name, do in buttons.items():
        if name in request.POST:
            return do(request, edit)
    return save(request, edit)


def all_pending(request: HttpRequest) -> HttpResponse:
    """Everything of this person that waits; there are 200 at most."""
    waiting = PendingEdit.objects.waiting().of_user(request.user).newest_first().without_payload()
    request.current_app = admin.site.name
    request.sidebar_page = "activity_pending"
    context = {
        **admin.site.each_context(request),
        "title": "Pending edits",
        "edits": lines(waiting),
    }
    return TemplateResponse(request, "editing/all.html", context)


def discard(request: HttpRequest, edit: PendingEdit) -> HttpResponse:
    """It can be taken back until it is purged."""
    resolve_edit(edit.pk, Resolution.DISCARDED, by=request.user)
    return HttpResponseRedirect(request.path)


def leave(request: HttpRequest, edit: PendingEdit) -> HttpResponse:
    """With the answers that were given so far."""
    opened = own_token(request, edit)
    if opened is not None:
        keep_answers(request, opened)
    messages.success(request, f"Your edit of “{edit.object_label}” is kept, and waits here.")
    return HttpResponseRedirect(reverse(HOME))


def back(request: HttpRequest, edit: PendingEdit) -> HttpResponse:
    take_back(edit.pk, by=request.user)
    return HttpResponseRedirect(request.path)


def save(request: HttpRequest, edit: PendingEdit) -> HttpResponse:
    """Post what was typed, with what was decided about it, to the edit page."""
    opened = own_token(request, edit)
    if opened is None:
        messages.warning(request, "This page had been open for too long. Look at it once more.")
        return HttpResponseRedirect(request.path)
    waiting = Waiting(request, edit, shown_at=opened.version)
    restores = "_restore" in request.POST
    is_open = waiting.may_change or (restores and waiting.may_restore)
    if not waiting.is_adding and not is_open:
        # Deleted, or out of reach, since the page was opened.
        keep_answers(request, opened)
        return pending_page.answer(waiting, status=409)
    decided = request.POST
    post_typed(request, waiting, decided)
    request.POST[NAME] = opened.signed()
    if REASON in decided:
        request.POST[REASON] = decided[REASON]
    return save_page(request, waiting, bool(waiting.conflicts), restores)


def own_token(request: HttpRequest, edit: PendingEdit) -> Opened | None:
    opened = Opened.read(request.POST.get(NAME, ""))
    of_this = request.user.pk, edit.pk
    return opened if opened and (opened.user_id, opened.pending_id) == of_this else None


def keep_answers(request: HttpRequest, opened: Opened) -> None:
    try:
        decided = payload_of(request.POST, request.FILES)["data"]
    except TooLargeToKeep:
        return
    keep_decisions(opened, decided)
    note_received(request)


def post_typed(request: HttpRequest, waiting: Waiting, decided) -> None:
    if waiting.is_adding:
        request.POST, request._files = typed_in(waiting.pending.payload)
    else:
        answers, as_typed = answered(waiting.conflicts, decided)
        request.POST, request._files = waiting.rebased.posted(answers, as_typed)


def save_page(
    request: HttpRequest, waiting: Waiting, is_by_hand: bool, restores: bool
) -> HttpResponse:
    object_id = None if waiting.is_adding else str(waiting.obj.pk)
    request.saving = Saving(
        waiting.admin,
        request,
        object_id,
        source=Source.MERGE if is_by_hand else None,
        resolution=Resolution.MERGED if is_by_hand else Resolution.APPLIED,
        begun_at=waiting.pending.opened_version,
        restores=restores,
    )
    name = "add" if waiting.is_adding else "change"
    address = reverse(waiting.admin._url_name(name), args=[object_id] if object_id else [])
    return waiting.admin.changeform_view(request, object_id, form_url=address)
