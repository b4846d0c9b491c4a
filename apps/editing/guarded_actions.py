"""What admins of versioned models do at a click: of what was seen, not of what it is by now.

A selection of rows, a deletion, a way out of the trash; none while somebody is saving the row.
"""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import Error, transaction
from django.db.models import Model
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.backoffice.changelist import selected_keys
from apps.backoffice.widgets import is_key
from apps.database.planned import again_if_lost
from apps.editing.not_saved import is_being_saved
from apps.editing.opened import NAME, Opened
from apps.editing.presence import saver_of
from apps.editing.selection import Selection, submission_of
from apps.editing.sent_form import reason_in
from apps.editing.wording import changed_since


class WithGuardedActions:
    """A part of `VersionedAdmin`."""

    also_read = ["version"]

    # The list

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except Error as error:
            if request.method != "POST" or not is_being_saved(error):
                raise
        return self.try_again(request, extra_context)

    def try_again(self, request, extra_context) -> HttpResponse:
        """The list as it is now, with the same rows selected."""
        self.say_being_saved(request)
        request.still_selected = selected_keys(request)
        request.method = "GET"
        response = super().changelist_view(request, extra_context)
        response.status_code = HTTPStatus.CONFLICT
        return response

    def say_being_saved(self, request) -> None:
        names = self.opts.verbose_name_plural
        messages.warning(
            request, f"Somebody is saving one of these {names}, so none was changed. Try again."
        )

    def run_action(self, request, action, rows):
        """What others changed since the list was shown stays as it is, and is named."""
        with transaction.atomic():
            selection = Selection.locked(rows, request)
            if selection.done:
                messages.success(request, self.said_again(selection.done))
                return None
            with origin(submission=submission_of(request)):
                response = super().run_action(request, action, selection.unchanged)
        if selection.changed:
            messages.warning(request, selection.warning())
        return response

    def said_again(self, count: int) -> str:
        names = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
        return f"Done once, though it came twice: {count:,} {names}."

    # The page of one object

    def delete_view(self, request, object_id, extra_context=None):
        page = partial(super().delete_view, request, object_id, extra_context)
        try:
            return again_if_lost(page)
        except Error as error:
            return self.look_again(request, object_id, "delete", error)

    def look_again(self, request, object_id, page: str, error: Error) -> HttpResponse:
        """To the page with the button, where somebody is saving the object at this moment."""
        pk = unquote(object_id)
        if not is_being_saved(error) or not is_key(pk):
            raise error
        saver = saver_of(self.opts.label_lower, int(pk), but=request.user.pk)
        messages.warning(request, f"{saver} is saving this {self.opts.verbose_name}, try again.")
        return HttpResponseRedirect(reverse(self._url_name(page), args=[pk]))

    def _delete_view(self, request, object_id, extra_context):
        obj = request.held = self.get_object(request, unquote(object_id))
        submission = deletion_of(request)
        if (obj is None or is_trashed(obj)) and (entry := deleted_before(request, submission)):
            return self.response_delete(request, entry.object_label, entry.object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        token = Opened.now(request.user.pk, self.opts.label_lower, obj).signed()
        reason = reason_in(request.POST)
        if request.method == "POST" and (warning := self.changed_meanwhile(request, obj)):
            messages.warning(request, warning)
            # Django asks when nothing was posted.
            request.POST = QueryDict()
        context = {**(extra_context or {}), "opened": token, "reason": reason}
        # The set's action, of one object.
        with origin(source=Source.EDIT, reason=reason, submission=submission):
            return super()._delete_view(request, object_id, context)

    def restore_view(self, request, object_id):
        try:
            return self._restore_view(request, object_id)
        except Error as error:
            return self.look_again(request, object_id, "change", error)

    def _restore_view(self, request, object_id):
        obj = request.held = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        is_post = request.method == "POST" and obj.deleted_at is not None
        if is_post and (warning := self.changed_meanwhile(request, obj)):
            messages.warning(request, warning)
            return HttpResponseRedirect(reverse(self._url_name("change"), args=[obj.pk]))
        with origin(source=Source.EDIT):
            return super().restore_view(request, object_id)

    def changed_meanwhile(self, request, obj: Model) -> str:
        """What was saved since the page was opened that this request comes from; else empty."""
        opened = Opened.read(request.POST.get(NAME, ""))
        if opened is None or (opened.object_type, opened.object_id) != (
            self.opts.label_lower,
            obj.pk,
        ):
            return "This page had been open for too long. Look at it once more."
        return "" if opened.version == obj.version else changed_since(obj, opened.version)


def is_trashed(obj: Model) -> bool:
    return bool(getattr(obj, "deleted_at", None))


def deletion_of(request) -> str | None:
    """What the form of a delete page is known by; None for what is no such form."""
    opened = Opened.read(request.POST.get(NAME, ""))
    return f"{opened.key}:delete" if opened else None


def deleted_before(request, submission: str | None) -> AuditEntry | None:
    """What the same form has left where it came before: somebody clicked twice."""
    if submission is None:
        return None
    return AuditEntry.objects.by_actor(request.user.pk).filter(submission=submission).first()
