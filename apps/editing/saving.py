"""The save of an edit page: once, on top of what others saved, and kept where that fails.

    the form sent again      the answer it had the first time
    opened at this version   Django's own way: validated, only what changed is written
    opened at an older one   merged with what others made of it (`rebase`), then the same way
    anything else            a pending edit, and its page as the answer

All of it is decided under the lock of the object's row, in the transaction of the change.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db import Error, IntegrityError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.backoffice.refused_body import keep_as_sent
from apps.editing import pending_page
from apps.editing.actions import Resolution, TooManyWaiting, keep_edit, resolve_edit
from apps.editing.form_data import EditPage, recorded_fields
from apps.editing.models import PendingEdit
from apps.editing.opened import FIELDS, NAME, REASON, Opened, digest
from apps.editing.payload import TooLargeToKeep, payload_of
from apps.editing.rebase import Rebased, rebase
from apps.editing.received import note_received
from apps.editing.wording import entries_since, what_was_merged

log = logging.getLogger(__name__)
Cause = PendingEdit.Cause
Page = Callable[[str | None], HttpResponse]
LONGEST_REASON = 200
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


class SavedMeanwhile(Exception):
    """The same form was faster; raised in the page's transaction, to begin again."""


class Saving:
    """One POST of an edit or add page; `source` and `resolution` say what it comes from."""

    def __init__(
        self,
        model_admin,
        request: HttpRequest,
        object_id: str | None,
        *,
        source: str | None = None,
        resolution: str = Resolution.APPLIED,
    ):
        self.admin, self.request = model_admin, request
        self.object_id = None if object_id is None else unquote(object_id)
        self.is_add_form = object_id is None
        keep_as_sent(request)
        self.typed, self.files = request.POST, request.FILES
        self.source, self.resolution = source, resolution
        self.opened = self.read_token()
        self.obj = None
        self.rebased: Rebased | None = None
        # The version of the form that a pending edit was typed into.
        self.begun_at: int | None = None
        self.others: list[AuditEntry] = []

    def read_token(self) -> Opened | None:
        """None for a form that is not ours, or not of this page and person."""
        opened = Opened.read(self.typed.get(NAME, ""))
        here = self.request.user.pk, self.admin.opts.label_lower, self.object_id
        if opened is None:
            return None
        object_id = None if opened.object_id is None else str(opened.object_id)
        return opened if (opened.user_id, opened.object_type, object_id) == here else None

    # Around the transaction

    def answer(self, page: Callable[[], HttpResponse]) -> HttpResponse:
        """The page's answer to the POST, or that of what could not be saved."""
        if self.opened is None:
            return self.keep_unknown_form()
        try:
            response = self.twice(page)
            response.is_received = True
            return response
        except NotSaved as refusal:
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
        faster, or by somebody, which is an error beside the field.
        """
        first = self.opened, self.object_id
        try:
            return self.attempt(page)
        except (IntegrityError, SavedMeanwhile):
            self.opened, self.object_id = first
            self.post(self.typed, self.files)
            self.hold(None)
            self.rebased = None
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
            entry = self.saved_already()
            if entry is None:
                return None
            self.hold(self.admin.get_object(self.request, str(entry.object_id)))
            return self.answer_again(entry)
        except Error:
            return None

    def keep_unknown_form(self) -> HttpResponse:
        """Nobody knows what it was opened at, so it is kept, to be compared with what is there."""
        if self.object_id is None:
            is_allowed = self.admin.has_add_permission(self.request)
        else:
            self.obj = self.admin.get_object(self.request, self.object_id)
            # In the trash it is not to be changed, and what was typed is kept still.
            is_allowed = self.obj and self.admin.has_change_permission(self.request)
        if not is_allowed:
            raise PermissionDenied
        label = self.admin.opts.label_lower
        opened = Opened.now(self.request.user.pk, label, self.obj)
        # Sent twice it is the same: its key is what was typed, where.
        place = f"{self.request.user.pk}:{label}:{self.object_id}"
        self.opened = replace(opened, key=f"{place}:{digest(self.typed, self.files)}")
        return self.keep(Cause.CSRF)

    def keep_after(self, error: Exception, cause: str) -> HttpResponse:
        """Raises the error again where the database cannot keep it either."""
        # The page shows what is there, not what the form has made of it.
        self.hold(None)
        try:
            return self.keep(cause)
        except Error:
            log.exception("What was typed could not be kept either.")
        raise error

    def keep(self, cause: str) -> HttpResponse:
        try:
            pending = keep_edit(
                self.opened,
                payload_of(self.typed, self.files),
                submission=self.form_as_sent,
                cause=cause,
                label=str(self.obj or ""),
            )
        except (TooLargeToKeep, TooManyWaiting) as error:
            return pending_page.not_kept(self.request, self.typed, error)
        note_received(self.request)
        waiting = pending_page.Waiting(self.request, pending)
        if self.obj is not None:
            waiting.obj = self.obj
        if cause == Cause.CONFLICT:
            waiting.rebased = self.rebased
        return pending_page.answer(waiting, status=STATUS.get(cause, HTTPStatus.CONFLICT))

    # Within it

    def save(self, page: Page) -> HttpResponse:
        """Called in the transaction of the page with the rest of it."""
        saved_already = self.begin_adding() if self.object_id is None else self.begin_changing()
        if saved_already:
            return self.answer_again(saved_already)
        is_merged = self.rebased is not None and self.rebased.takes_theirs
        known = {"submission": self.submission, "reason": self.reason}
        if source := self.source or (Source.MERGE if is_merged else None):
            known["source"] = source
        with origin(**known):
            response = page(self.object_id, **self.address_of_made())
        is_saved = not shows_form(response)
        if not is_saved and self.object_id is None and self.saved_already():
            # What the form calls taken was taken by itself, after the look before its checks.
            raise SavedMeanwhile
        if is_merged:
            self.say_what_was_merged(is_saved)
        if is_saved:
            self.resolve()
        return response

    @property
    def submission(self) -> str:
        """An add form makes one object, whatever is in it when it comes again."""
        if self.opened.object_id is None:
            return self.opened.key
        return self.form_as_sent

    @cached_property
    def form_as_sent(self) -> str:
        """What is kept of this very form is known by it."""
        return self.opened.submission(self.typed, self.files)

    @property
    def reason(self) -> str:
        return self.typed.get(REASON, "").replace("\x00", "").strip()[:LONGEST_REASON]

    def begin_changing(self) -> AuditEntry | None:
        """Locks the object and brings the edit to its version; the entry it has if saved already.

        Only a save makes a new version, so a form that was saved finds a newer one.
        """
        if not self.admin.has_change_permission(self.request):
            raise NotSaved(Cause.FORBIDDEN)
        obj = self.hold(self.locked())
        is_newer = obj is None or obj.version != self.opened.version
        if is_newer and (entry := self.saved_already()):
            return entry
        self.find_pending()
        if obj is None or getattr(obj, "deleted_at", None):
            raise NotSaved(Cause.GONE)
        if not self.admin.has_change_permission(self.request, obj):
            raise NotSaved(Cause.FORBIDDEN)
        if obj.version < self.opened.version:
            # The database is an older copy of itself: what the form was opened at is not in it.
            raise NotSaved(Cause.CSRF)
        if is_newer or self.lacks_fields(obj):
            self.bring_up_to_date(self.opened.version)
        if self.begun_at not in (None, obj.version):
            obj.changed_meanwhile = names_in(entries_since(obj, self.begun_at))
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

    def lacks_fields(self, obj: Model) -> bool:
        """Whether this person may change more by now than when the form was opened: what it had
        not stays.
        """
        if FIELDS not in self.typed:
            return False
        shown = set(flatten_fieldsets(self.admin.get_fieldsets(self.request, obj)))
        offered = shown - set(self.admin.get_readonly_fields(self.request, obj))
        return not offered <= set(self.typed[FIELDS].split())

    def begin_adding(self) -> AuditEntry | None:
        """What comes with another text from a form that has made its object is an edit of that,
        from version 1. Fields that are empty in it, or that the add form has not, stay.
        """
        entry = self.saved_already()
        if entry is None:
            self.find_pending()
            return None
        if self.hold(self.admin.get_object(self.request, str(entry.object_id))) is None:
            return entry
        self.opened = replace(self.opened, object_id=self.obj.pk, version=1)
        if again := self.saved_already():
            return again
        self.bring_up_to_date(1, self.fields_of_add_form())
        if not self.rebased.is_of_mine:
            return entry
        self.object_id = str(self.obj.pk)
        return None

    def address_of_made(self) -> dict[str, str]:
        """Where an edit that came from an add form is posted to, if it comes back."""
        if self.object_id is None or not self.is_add_form:
            return {}
        return {"form_url": reverse(self.admin._url_name("change"), args=[self.object_id])}

    def fields_of_add_form(self) -> set[str]:
        names = flatten_fieldsets(self.admin.get_fieldsets(self.request, None))
        form = self.admin.get_form(self.request, None, fields=names)()
        own = {one.name for one in recorded_fields(form, self.admin.model)}
        return own | {
            name for name in EditPage.of(self.admin, self.request, self.obj).names if "." in name
        }

    def bring_up_to_date(self, version: int, only: set[str] | None = None) -> None:
        self.others = entries_since(self.obj, version)
        # For forms that judge more than fields: somebody pressed one of their buttons.
        self.obj.changed_meanwhile = names_in(self.others)
        page = EditPage.of(self.admin, self.request, self.obj)
        self.rebased = rebase(page, self.obj, version, self.typed, self.files, only)
        if self.rebased.merge.conflicts:
            raise NotSaved(Cause.CONFLICT)
        self.post(*self.rebased.posted())

    def hold(self, obj: Model | None) -> Model | None:
        """The object whose row is locked; the page is not to read it again."""
        self.obj = self.request.held = obj
        return obj

    def post(self, data, files) -> None:
        self.request.POST, self.request._files = data, files

    def saved_already(self) -> AuditEntry | None:
        mine = AuditEntry.objects.filter(actor_id=self.request.user.pk)
        return mine.filter(submission=self.submission).first()

    def find_pending(self) -> None:
        """What was kept of this very form is resolved by its save."""
        if self.opened.pending_id is None:
            self.opened = replace(self.opened, pending_id=self.kept_before())

    def kept_before(self) -> int | None:
        if self.obj is not None:
            return self.obj.edit_waiting
        kept = PendingEdit.objects.waiting().filter(submission=self.form_as_sent)
        return kept.values_list("pk", flat=True).first()

    def resolve(self) -> None:
        if self.opened.pending_id:
            resolve_edit(self.opened.pending_id, self.resolution, by=self.request.user)

    def answer_again(self, entry: AuditEntry) -> HttpResponse:
        """The answer of the first time; what has become of the object since is not in it."""
        self.post(self.typed, self.files)
        self.find_pending()
        self.resolve()
        if self.obj is None:
            text = f"“{entry.object_label}” was saved; since then it has been deleted."
            messages.info(self.request, text)
            return HttpResponseRedirect(reverse(self.admin._url_name("changelist")))
        respond = self.admin.response_add if entry.version == 1 else self.admin.response_change
        response = respond(self.request, self.obj)
        if entry.source == Source.MERGE and self.opened.version < entry.version - 1:
            self.merge_again(entry.version - 1)
        return response

    def merge_again(self, version: int) -> None:
        """Say what was merged with this version, when the form came first."""
        if not self.admin.has_change_permission(self.request, self.obj):
            return
        page = EditPage.of(self.admin, self.request, self.obj)
        opened_at = self.opened.version
        self.others = entries_since(self.obj, opened_at, version)
        self.rebased = rebase(page, self.obj, opened_at, self.typed, self.files, shown_at=version)
        self.say_what_was_merged(is_saved=True)

    def say_what_was_merged(self, is_saved: bool) -> None:
        text = what_was_merged(self.rebased, self.others)
        messages.info(self.request, text if is_saved else f"{text} Nothing is saved yet.")

    def token_of_answer(self) -> str:
        """For the page that comes back with errors: it shows the version it was merged with."""
        version = self.obj.version if self.obj is not None else None
        return self.opened.at(version).signed()


def names_in(entries: Iterable[AuditEntry]) -> set[str]:
    """Of the fields that were changed."""
    return {name for entry in entries for name in entry.changes}


def shows_form(response: HttpResponse) -> bool:
    """Whether it is the page again, with errors; a popup has an answer that is no redirect."""
    return "adminform" in (getattr(response, "context_data", None) or {})


def cause_of(error: Error) -> str:
    cause = error.__cause__
    if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return Cause.LOCK
    return CAUSES.get(getattr(cause, "sqlstate", None), Cause.DATABASE)
