"""The base of the admins of versioned models, whose edits are never lost."""

from collections.abc import Container
from functools import cache, partial

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import resolve, reverse

from apps.backoffice.admin import ModelAdmin
from apps.database.planned import Given, PlannedQuery
from apps.editing.guarded_actions import WithGuardedActions
from apps.editing.history.admin import WithRestore
from apps.editing.opened import REASON, Opened
from apps.editing.saving import Saving

LARGEST_KEY = 2**63 - 1
# Written out: as subqueries of the ORM they cost 0.5 ms to compile, for each page that is opened.
EDIT_WAITING = """(
    SELECT id FROM editing_pendingedit
    WHERE user_id = %s AND object_type = %s AND object_id = %s AND resolved_at IS NULL
    ORDER BY id DESC LIMIT 1
)"""
KEPT_AS = "(SELECT id FROM editing_pendingedit WHERE submission = %s AND resolved_at IS NULL)"


class VersionedAdmin(WithGuardedActions, WithRestore, ModelAdmin):
    """For models with a `version` that every save makes one higher. docs/saving.md."""

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
        return self._one_object(is_locked, RawSQL(KEPT_AS, [Given("submission")]))  # noqa: S611  # nosec B611

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
