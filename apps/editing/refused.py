"""Forms that come back when nobody may save them: after the session's end, with an old token.

What was typed is kept for whom the form was made out to, and nothing else is done with it.
"""

import logging

from django.db import Error, transaction
from django.http import HttpRequest

from apps.activity.recorded import recorded_as
from apps.editing.actions import TooManyWaiting, keep_decisions, keep_edit
from apps.editing.labels import names_of
from apps.editing.models import PendingEdit
from apps.editing.opened import KEPT_SECONDS, NAME, Opened
from apps.editing.payload import TooLargeToKeep, payload_of
from apps.editing.received import note_received

log = logging.getLogger(__name__)
# The pages whose forms hold something that was typed; a delete page has nothing to keep.
TYPED_INTO = ("_add", "_change")


def keep_refused(request: HttpRequest, cause: str) -> PendingEdit | None:
    """The pending edit; None for what no form of ours has sent, or cannot be kept."""
    pending = kept(request, cause)
    if pending is not None:
        note_received(request)
    return pending


def kept(request: HttpRequest, cause: str) -> PendingEdit | None:
    match = request.resolver_match
    if match is None or NAME not in request.POST:
        return None
    opened = Opened.read(request.POST[NAME], max_age=KEPT_SECONDS)
    if opened is None or recorded_as(opened.object_type) is None:
        return None
    try:
        with transaction.atomic():
            if match.view_name == "editing:pending":
                return keep_decisions(opened, payload_of(request.POST, request.FILES)["data"])
            if (match.url_name or "").endswith(TYPED_INTO):
                return keep(request, opened, cause)
    except (TooLargeToKeep, TooManyWaiting, Error):
        log.warning("What was typed into a refused form is not kept.", exc_info=True)
    return None


def keep(request: HttpRequest, opened: Opened, cause: str) -> PendingEdit:
    model = recorded_as(opened.object_type).model
    names = names_of(model, {opened.object_id} if opened.object_id else set())
    return keep_edit(
        opened,
        payload_of(request.POST, request.FILES),
        submission=opened.submission(request.POST, request.FILES),
        cause=cause,
        label=names.get(opened.object_id, ""),
    )
