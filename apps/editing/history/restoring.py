"""An earlier version saved as a new one: its values are posted through the edit form.

So it is validated as a whole, guarded by the version, and gives nobody what he could not type.
"""

from collections.abc import Collection

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from apps.activity.actions import Source
from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.activity.states import state_at, states
from apps.editing.form_data import EditPage
from apps.editing.labels import Labels
from apps.editing.not_saved import NotSaved
from apps.editing.opened import NAME, REASON
from apps.editing.saving import Page, Saving
from apps.editing.sent_form import SentForm
from apps.editing.target import Target
from apps.editing.wording import changed_since

CHANGED = "changed"


def restored_names(model_admin, page: EditPage) -> set[str]:
    """The fields that a restore writes: of a file only the digest is kept."""
    names = {one.name for one in page.fields if not isinstance(one.field, forms.FileField)}
    return names - set(model_admin.not_restored)


def restored_form(
    model_admin, request: HttpRequest, obj: Model, version: int
) -> tuple[QueryDict, MultiValueDict]:
    """What the edit page would post if somebody typed that version into it; what was deleted
    since, a tag or a category, is left out.
    """
    page = EditPage.of(model_admin, request, obj)
    now = states(type(obj)._base_manager.filter(pk=obj.pk), page.names)[obj.pk]
    restored = restored_names(model_admin, page)
    then = state_at(now, version).values
    was = {name: then[name] for name in restored}
    labels = Labels(recorded_as(type(obj)), was)
    values = now.values | {name: labels.there(name, value) for name, value in was.items()}
    data, files = QueryDict(mutable=True), MultiValueDict()
    page.write(data, files, values, typed=())
    return data, files


class PressedRestore(SentForm):
    """The button below a comparison, whose form is what the edit page would have posted."""

    version: int

    @property
    def submission(self) -> str:
        """Of the button that was pressed: what it posts follows from the version."""
        return f"{self.opened.key}:restore {self.version}"


class AsSeen(Target):
    """A restore is of what the person saw: if somebody has saved since, he looks again."""

    def bring_up_to_date(self, version: int, only: Collection[str] | None = None) -> None:
        raise NotSaved(CHANGED)


class Restoring(Saving):
    form_class, target_class = PressedRestore, AsSeen

    def __init__(self, model_admin, request: HttpRequest, obj: Model, version: int):
        self.version = version
        pressed = request.POST
        request.POST, request._files = restored_form(model_admin, request, obj, version)
        for name in (NAME, REASON):
            request.POST[name] = pressed.get(name, "")
        super().__init__(model_admin, request, str(obj.pk), source=Source.RESTORE)
        self.sent.version = version

    def keep_unknown_form(self) -> HttpResponse:
        messages.warning(
            self.request, "This page had been open for too long. Look at it once more."
        )
        return self.to_history()

    def keep(self, cause: str) -> HttpResponse:
        if cause != CHANGED:
            return super().keep(cause)
        obj = self.target.obj
        messages.warning(self.request, changed_since(obj, self.sent.opened.version))
        return self.to_history(f"?from={self.version}&to={obj.version}")

    def save(self, page: Page) -> HttpResponse:
        response = super().save(page)
        if not isinstance(response, HttpResponseRedirect):
            text = f"Version {self.version} is not saved: it is in the form, with what is wrong."
            messages.warning(self.request, text)
        return response

    def done(self) -> HttpResponse:
        """Said the same way however often the button was pressed."""
        entry: AuditEntry | None = self.sent.entry()
        if entry is None:
            text = f"There was nothing to restore: version {self.version} is as the current one."
            messages.info(self.request, text)
        else:
            text = f"Version {self.version} is back, as version {entry.version}."
            messages.success(self.request, text)
        return self.to_history()

    def to_history(self, query: str = "") -> HttpResponseRedirect:
        address = reverse(self.admin._url_name("history"), args=[self.object_id])
        return HttpResponseRedirect(address + query)
