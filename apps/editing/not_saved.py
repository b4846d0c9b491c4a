"""Why an edit could not be saved, and the answer to it: what was typed is kept."""

from http import HTTPStatus

from django.db import Error
from django.db.models import Model
from django.http import HttpResponse

from apps.editing import pending_page
from apps.editing.actions import TooManyWaiting, keep_edit
from apps.editing.models import PendingEdit
from apps.editing.payload import TooLargeToKeep, payload_of
from apps.editing.rebase import Rebased
from apps.editing.received import note_received
from apps.editing.sent_form import SentForm
from apps.editing.waiting import Waiting

Cause = PendingEdit.Cause
STATUS = {
    Cause.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Cause.TIMEOUT: HTTPStatus.SERVICE_UNAVAILABLE,
    Cause.DATABASE: HTTPStatus.SERVICE_UNAVAILABLE,
}
# PostgreSQL's codes (https://www.postgresql.org/docs/18/errcodes-appendix.html); a deadlock is
# two people saving the same two things.
CAUSES = {"55P03": Cause.LOCK, "40P01": Cause.LOCK, "57014": Cause.TIMEOUT}


class NotSaved(Exception):
    """The edit has to be kept; raised in the page's transaction, to end it."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


def cause_of(error: Error) -> str:
    cause = error.__cause__
    if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return Cause.LOCK
    return CAUSES.get(getattr(cause, "sqlstate", None), Cause.DATABASE)


def is_being_saved(error: Error) -> bool:
    """Whether somebody else holds the row."""
    return cause_of(error) == Cause.LOCK


def keep(
    sent: SentForm, cause: str, obj: Model | None = None, rebased: Rebased | None = None
) -> HttpResponse:
    """Keep what was typed, and answer with its page; `obj` and `rebased` where they are known."""
    try:
        pending = keep_edit(
            sent.opened,
            payload_of(sent.typed, sent.files),
            submission=sent.as_sent,
            cause=cause,
            label=str(obj or ""),
        )
    except (TooLargeToKeep, TooManyWaiting) as error:
        return pending_page.not_kept(sent.request, sent.typed, error)
    note_received(sent.request)
    waiting = Waiting(sent.request, pending)
    if obj is not None:
        waiting.obj = obj
    if cause == Cause.CONFLICT:
        waiting.rebased = rebased
    return pending_page.answer(waiting, status=STATUS.get(cause, HTTPStatus.CONFLICT))
