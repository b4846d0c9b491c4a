"""The save of an edit page: once, on top of what others saved, and kept where that fails.

    the form sent again      the answer it had the first time (`repeating`)
    opened at this version   Django's own way: validated, only what changed is written
    opened at an older one   merged with what others made of it (`target`), then the same way
    anything else            a pending edit, and its page as the answer (`not_saved`)

All of it is decided under the lock of the object's row, in the transaction of the change.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.database.planned import PlanLost
from apps.editing import not_saved
from apps.editing.actions import Resolution
from apps.editing.not_saved import Cause, NotSaved, cause_of
from apps.editing.opened import Opened, digest
from apps.editing.repeating import answer_again
from apps.editing.sent_form import SentForm
from apps.editing.target import Target
from apps.editing.wording import what_was_merged

log = logging.getLogger(__name__)
Page = Callable[[str | None], HttpResponse]


class SavedMeanwhile(Exception):
    """The same form was faster; raised in the page's transaction, to begin again."""


class Saving:
    """One POST of an edit or add page; `source` and `resolution` say what it comes from."""

    form_class, target_class = SentForm, Target

    def __init__(
        self,
        model_admin,
        request: HttpRequest,
        object_id: str | None,
        *,
        source: str | None = None,
        resolution: str = Resolution.APPLIED,
        begun_at: int | None = None,
        restores: bool = False,
    ):
        self.admin, self.request = model_admin, request
        self.object_id = None if object_id is None else unquote(object_id)
        self.source, self.resolution = source, resolution
        self.begun_at, self.restores = begun_at, restores
        self.sent = self.form_class(request, model_admin.opts.label_lower, self.object_id)
        self.target = self.new_target()

    def new_target(self) -> Target:
        how = {"begun_at": self.begun_at, "restores": self.restores}
        return self.target_class(self.admin, self.request, self.sent, self.object_id, **how)

    # Around the transaction

    def answer(self, page: Callable[[], HttpResponse]) -> HttpResponse:
        """The page's answer to the POST, or that of what could not be saved."""
        if self.sent.opened is None:
            return self.keep_unknown_form()
        try:
            response = self.twice(page)
            response.is_received = True
            return response
        except NotSaved as refusal:
            if self.restores:
                # It is in the trash again.
                self.target.hold(None)
            return self.keep(refusal.cause)
        except PermissionDenied as refusal:
            # By an action that found out more than the page could know.
            if str(refusal):
                messages.error(self.request, str(refusal))
            return self.keep_after(refusal, Cause.FORBIDDEN)
        except Error as error:
            log.exception("A save failed.")
            return self.answer_after_all() or self.keep_after(error, cause_of(error))
        except Exception as error:
            self.keep_after(error, Cause.ERROR)
            raise

    def twice(self, page: Callable[[], HttpResponse]) -> HttpResponse:
        """A second look where a unique value was taken meanwhile: by the same form, which was
        faster, or by somebody, which is an error beside the field. Also where a column has another
        type since the last save.
        """
        opened = self.sent.opened
        try:
            return self.attempt(page)
        except (IntegrityError, SavedMeanwhile, PlanLost):
            self.sent.opened = opened
            self.sent.post_as_typed()
            self.target = self.new_target()
            return self.attempt(page)

    def attempt(self, page: Callable[[], HttpResponse]) -> HttpResponse:
        """What the page says of a save that fails at its commit is not said."""
        queued = getattr(messages.get_messages(self.request), "_queued_messages", [])
        said = len(queued)
        try:
            return page()
        except Exception:
            del queued[said:]
            raise

    def answer_after_all(self) -> HttpResponse | None:
        """Where the connection ended during the commit: what was saved need not be kept."""
        try:
            entry = self.sent.entry()
            if entry is None:
                return None
            self.target.hold(self.admin.get_object(self.request, str(entry.object_id)))
            return self.answer_again(entry)
        except Error:
            return None

    def keep_unknown_form(self) -> HttpResponse:
        """Nobody knows what it was opened at, so it is kept, to be compared with what is there."""
        if self.object_id is None:
            is_allowed = self.admin.has_add_permission(self.request)
        else:
            self.target.hold(self.admin.get_object(self.request, self.object_id))
            # In the trash it is not to be changed, and what was typed is kept still.
            is_allowed = self.target.obj and self.admin.has_change_permission(self.request)
        if not is_allowed:
            raise PermissionDenied
        label = self.admin.opts.label_lower
        opened = Opened.now(self.request.user.pk, label, self.target.obj)
        # Sent twice it is the same: its key is what was typed, where.
        place = f"{self.request.user.pk}:{label}:{self.object_id}"
        key = f"{place}:{digest(self.sent.typed, self.sent.files)}"
        self.sent.opened = replace(opened, key=key)
        return self.keep(Cause.CSRF)

    def keep_after(self, error: Exception, cause: str) -> HttpResponse:
        """Raises the error again where the database cannot keep it either."""
        # The page shows what is there, not what the form has made of it.
        self.target.hold(None)
        try:
            return self.keep(cause)
        except Error:
            log.exception("What was typed could not be kept either.")
        raise error

    def keep(self, cause: str) -> HttpResponse:
        return not_saved.keep(self.sent, cause, self.target.obj, self.target.rebased)

    # Within it

    def save(self, page: Page) -> HttpResponse:
        """Called in the transaction of the page with the rest of it."""
        if saved_already := self.target.find():
            return self.answer_again(saved_already)
        rebased = self.target.rebased
        is_merged = rebased is not None and rebased.takes_theirs
        known = {"submission": self.sent.submission, "reason": self.sent.reason}
        if source := self.source or (Source.MERGE if is_merged else None):
            known["source"] = source
        with origin(**known):
            response = page(self.target.object_id, **self.address_of_made())
        is_saved = not shows_form(response)
        if not is_saved:
            self.not_valid()
        if is_merged:
            self.say_what_was_merged(is_saved)
        if is_saved:
            self.sent.resolve_pending(self.resolution)
        return response

    def address_of_made(self) -> dict[str, str]:
        """Where an edit that came from an add form is posted to, if it comes back."""
        if self.target.object_id is None or not self.sent.is_add_form:
            return {}
        address = reverse(self.admin._url_name("change"), args=[self.target.object_id])
        return {"form_url": address}

    def not_valid(self) -> None:
        if self.target.object_id is None and self.sent.entry():
            # What the form calls taken was taken by itself, after the look before its checks.
            raise SavedMeanwhile
        if self.restores:
            # With the edit, or not at all.
            transaction.set_rollback(True)

    def say_what_was_merged(self, is_saved: bool) -> None:
        text = what_was_merged(self.target.rebased, self.target.others)
        messages.info(self.request, text if is_saved else f"{text} Nothing is saved yet.")

    def answer_again(self, entry: AuditEntry) -> HttpResponse:
        self.sent.find_pending(self.target.obj)
        self.sent.resolve_pending(self.resolution)
        # Out of the trash is a version of its own.
        saved_on = (entry.version or 0) - (2 if self.restores else 1)
        return answer_again(self.admin, self.sent, self.target.obj, entry, saved_on)

    def token_of_answer(self) -> str:
        """For the page that comes back with errors: it shows the version it was merged with."""
        obj = self.target.obj
        return self.sent.opened.at(None if obj is None else obj.version).signed()


def shows_form(response: HttpResponse) -> bool:
    """Whether it is the page again, with errors; a popup has an answer that is no redirect."""
    return "adminform" in (getattr(response, "context_data", None) or {})
