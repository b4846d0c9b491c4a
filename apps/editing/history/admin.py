"""What the admins of recorded models have of history, each a part to derive from."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.editing.history.asked import is_version
from apps.editing.history.page import HistoryPage
from apps.editing.history.restoring import Restoring
from apps.editing.history.subject import key_of, subject_of


class WithHistory:
    """For every recorded model: `<id>/history/?from=3&to=7`."""

    has_history = True

    def history_view(self, request, object_id, extra_context=None):
        """Readable for whoever may see the object, and where that is gone, its kind."""
        subject = subject_of(self, request, object_id)
        if not self.has_view_or_change_permission(request, subject and subject.obj):
            raise PermissionDenied
        if subject is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            **HistoryPage(subject).context(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "editing/history.html", context)


class WithRestore(WithHistory):
    """For versioned models, whose saves are `Saving`s."""

    # Fields of the edit page that no restore writes.
    not_restored: Sequence[str] = ()

    def get_urls(self):
        restore = path(
            "<path:object_id>/history/<int:version>/restore/",
            self.admin_site.admin_view(self.version_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_version",
        )
        # Before the address that ends alike, and brings back from the trash.
        return [restore, *super().get_urls()]

    def version_view(self, request, object_id, version):
        """Save an earlier version as a new one, by POST; after a login one is asked again."""
        pk = key_of(self, object_id)
        # The save reads it once more, to lock it.
        obj = self.page_rows(self.get_queryset(request)).filter(pk=pk).first()
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        if obj is None or not is_version(version, obj.version):
            raise Http404
        if request.method != "POST":
            address = reverse(self._url_name("history"), args=[pk])
            return HttpResponseRedirect(f"{address}?from={version}#restore")
        request.saving = Restoring(self, request, obj, version)
        page = reverse(self._url_name("change"), args=[pk])
        return self.changeform_view(request, object_id, form_url=page)

    def response_change(self, request, obj):
        saving = getattr(request, "saving", None)
        if isinstance(saving, Restoring):
            return saving.done()
        return super().response_change(request, obj)
