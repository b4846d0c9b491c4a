"""The base of the admins of versioned models, whose edits are never lost."""

from collections.abc import Container
from functools import cache, partial
from http import HTTPStatus

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import Error, transaction
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse

from apps.activity.actions import Source
from apps.activity.origin import origin
from apps.backoffice.admin import ModelAdmin
from apps.backoffice.widgets import is_key
from apps.database.planned import Given, PlannedQuery
from apps.editing.history.admin import WithRestore
from apps.editing.not_saved import is_being_saved
from apps.editing.opened import NAME, REASON, Opened
from apps.editing.presence import saver_of
from apps.editing.saving import Saving
from apps.editing.selection import Selection, submission_of
from apps.editing.sent_form import reason_in
from apps.editing.wording import changed_since

LARGEST_KEY = 2**63 - 1
# Written out: as subqueries of the ORM they cost 0.5 ms to compile, for each page that is opened.
EDIT_WAITING = """(
    SELECT id FROM editing_pendingedit
    WHERE user_id = %s AND object_type = %s AND object_id = %s AND resolved_at IS NULL
    ORDER BY id DESC LIMIT 1
)"""
KEPT_AS = "(SELECT id FROM editing_pendingedit WHERE submission = %s AND resolved_at IS NULL)"


class VersionedAdmin(WithRestore, ModelAdmin):
    """For models with a `version` that every save makes one higher. docs/saving.md."""

    also_read = ["version"]

    def page_rows(self, rows: QuerySet) -> QuerySet:
        """The rows with what the page of one names of others, joined; the same for everybody."""
        return rows

    def get_object(self, request, object_id, from_field=None) -> Model | None:
        """Before a write its row is locked: the form judges the state that the write will find."""
        held = getattr(request, "held", None)
        if held is not None and str(held.pk) == str(object_id):
            return held
        try:
            pk = self.opts.pk.to_python(object_id)
        except (ValidationError, ValueError):
            return None
        if not 0 <= pk <= LARGEST_KEY:
            return None
        is_locked = request.method == "POST" and transaction.get_connection().in_atomic_block
        saving = getattr(request, "saving", None)
        if saving is not None and saving.sent.opened is not None:
            found = self._saved_object(is_locked).rows(pk=pk, submission=saving.sent.as_sent)
        else:
            found = self._opened_object(is_locked).rows(pk=pk, user=request.user.pk)
        return found[0] if found else None

    @cache  # noqa: B019  (there is one admin of a model, for as long as the process lives)
    def _opened_object(self, is_locked: bool) -> PlannedQuery:
        """With this person's newest pending edit of it; for who has none, no statement more."""
        parameters = [Given("user"), self.opts.label_lower, Given("pk")]
        return self._one_object(is_locked, RawSQL(EDIT_WAITING, parameters))  # noqa: S611  # nosec B611

    @cache  # noqa: B019
    def _saved_object(self, is_locked: bool) -> PlannedQuery:
        """With what was kept of the very form that is saved."""
        return self._one_object(is_locked, RawSQL(KEPT_AS, [Given("submission")]))  # noqa: S611

    def _one_object(self, is_locked: bool, edit_waiting: RawSQL) -> PlannedQuery:
        # Of nobody: planned once for all, so an override that looks at the request fails here.
        rows = self.page_rows(self.get_queryset(None).filter(pk=Given("pk")))
        if is_locked:
            rows = rows.select_for_update(no_key=True, of=("self",))
        return PlannedQuery(lambda: rows.annotate(edit_waiting=edit_waiting))

    # Saving

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        page = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method != "POST":
            return page()
        if "_saveasnew" in request.POST:
            # Django makes a second object of an edit form that says so, whether or not we offer it.
            raise SuspiciousOperation("No form of ours saves as new.")
        if getattr(request, "saving", None) is None:
            request.saving = Saving(self, request, object_id)
        return request.saving.answer(page)

    def _changeform_view(self, request, object_id, form_url, extra_context):
        page = partial(
            super()._changeform_view, request, form_url=form_url, extra_context=extra_context
        )
        if request.method != "POST":
            return page(object_id)
        return request.saving.save(page)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if add or self.has_change_permission(request, obj):
            context["opened"] = self.token(request, obj)
            context["fields"] = " ".join(context["adminform"].form.fields)
            context["reason"] = request.POST.get(REASON, "")
        elif getattr(obj, "deleted_at", None):
            context["seen"] = self.token(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def token(self, request, obj: Model | None) -> str:
        """What the form that is being rendered will say of itself when it is posted."""
        if saving := getattr(request, "saving", None):
            return saving.token_of_answer()
        return Opened.now(request.user.pk, self.opts.label_lower, obj).signed()

    def button_pressed(self, data: Container[str]) -> str:
        """What a posted form does beside saving, in words: “Publish”; empty for nothing."""
        return ""

    def response_change(self, request, obj):
        """Django reads the object's address off the request, which may have come to that of an add
        page or of a pending edit.
        """
        came_to = request.path, request.resolver_match
        request.path = reverse(self._url_name("change"), args=[obj.pk])
        if request.path != came_to[0]:
            request.resolver_match = resolve(request.path)
        try:
            return super().response_change(request, obj)
        finally:
            request.path, request.resolver_match = came_to

    # A selection, a deletion, a restore: of what was seen, not of what somebody made of it since

    def changelist_view(self, request, extra_context=None):
        try:
            return super().changelist_view(request, extra_context)
        except Error as error:
            if request.method != "POST" or not is_being_saved(error):
                raise
        return self.try_again(request, extra_context)

    def try_again(self, request, extra_context) -> HttpResponse:
        """The list as it is now, with the same rows selected."""
        names = self.opts.verbose_name_plural
        messages.warning(
            request, f"Somebody is saving one of these {names}, so none was changed. Try again."
        )
        request.still_selected = {
            int(key) for key in request.POST.getlist("_selected_action") if is_key(key)
        }
        request.method = "GET"
        response = super().changelist_view(request, extra_context)
        response.status_code = HTTPStatus.CONFLICT
        return response

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

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
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
        with origin(source=Source.EDIT, reason=reason):
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
