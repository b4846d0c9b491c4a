"""The history of an object: its versions, and two of them side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from apps.activity.models import AuditEntry
from apps.activity.recorded import Recorded, recorded_as
from apps.activity.states import state_of
from apps.backoffice.rows import short_time
from apps.editing import comparison, versions
from apps.editing.asked import Asked, is_version
from apps.editing.comparison import Comparison
from apps.editing.form_data import EditPage
from apps.editing.labels import Labels
from apps.editing.matching import Budget
from apps.editing.restoring import Restoring, restored_names
from apps.editing.wording import listed

MAY_SEE_REQUESTS = "activity.view_auditentry"


class WithHistory:
    """For the admins of versioned models: `<id>/history/?from=3&to=7`."""

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
            address = reverse(self._url_name("history"), args=[obj.pk])
            return HttpResponseRedirect(f"{address}?from={version}#restore")
        request.saving = Restoring(self, request, obj, version)
        page = reverse(self._url_name("change"), args=[obj.pk])
        return self.changeform_view(request, object_id, form_url=page)

    def response_change(self, request, obj):
        saving = getattr(request, "saving", None)
        if isinstance(saving, Restoring):
            return saving.done()
        return super().response_change(request, obj)


@dataclass
class Subject:
    """An object that has a history; `obj` is None where it was deleted for good."""

    admin: Any
    request: HttpRequest
    recorded: Recorded
    pk: int
    obj: Model | None

    @property
    def entries(self):
        return AuditEntry.objects.of_object(self.recorded.name, self.pk)

    @cached_property
    def last(self) -> AuditEntry | None:
        return self.entries.newest_first().defer("changes").first()

    @cached_property
    def version(self) -> int | None:
        """The newest one; None for what has none."""
        if self.obj is not None:
            return getattr(self.obj, "version", None)
        made = self.entries.filter(version__isnull=False).order_by("-version")
        return made.values_list("version", flat=True).first()

    @cached_property
    def may_restore(self) -> bool:
        """Whether there is an earlier version that this person may bring back."""
        return (
            self.obj is not None
            and (self.version or 0) > 1
            and self.admin.has_change_permission(self.request, self.obj)
        )

    @property
    def label(self) -> str:
        return str(self.obj) if self.obj is not None else self.last.object_label

    def page(self, name: str) -> str:
        return reverse(self.admin._url_name(name), args=[self.pk])


def subject_of(model_admin, request: HttpRequest, object_id: str) -> Subject | None:
    """None for what never was, and for what is there and out of this person's sight."""
    recorded = recorded_as(model_admin.model)
    obj = model_admin.get_object(request, unquote(object_id))
    if obj is not None:
        return Subject(model_admin, request, recorded, obj.pk, obj)
    pk = key_of(model_admin, object_id)
    if pk is None or model_admin.model._base_manager.filter(pk=pk).exists():
        return None
    subject = Subject(model_admin, request, recorded, pk, None)
    return None if subject.last is None else subject


def key_of(model_admin, object_id: str) -> int | None:
    try:
        return model_admin.opts.pk.to_python(unquote(object_id))
    except ValidationError:
        return None


class HistoryPage:
    """What the page shows: as many statements for ten versions as for ten thousand."""

    def __init__(self, subject: Subject):
        self.subject = subject
        self.asked = Asked.of(subject.request.GET, subject.version)
        if subject.obj is None:
            # Of what is gone no state is known, but what each save made of it.
            self.asked = self.asked.one_save()
        self.page = page_of(subject.entries, self.asked)

    def context(self) -> dict[str, Any]:
        subject, asked = self.subject, self.asked
        return {
            "title": f"History: {subject.label}",
            "subject": subject,
            "asked": asked,
            "lines": [versions.line(entry, self.labels) for entry in self.page.entries],
            "selected": asked.pair or (),
            "elsewhere": self.chosen_elsewhere(),
            "begins_at_1": self.begins_without_entry,
            "older": self.address(before=self.page.older),
            "newer": self.address(after=self.page.newer),
            "list_page": reverse(self.subject.admin._url_name("changelist")),
            "object_page": subject.page("change"),
            "may_compare": subject.obj is not None and (subject.version or 0) > 1,
            "may_restore": subject.may_restore,
            "sees_requests": subject.request.user.has_perm(MAY_SEE_REQUESTS),
            **self.comparison_context(),
        }

    @cached_property
    def begins_without_entry(self) -> bool:
        """Rows that came in bulk have none for their first version."""
        if self.page.older is not None or self.subject.version is None:
            return False
        return 1 not in self.shown

    @cached_property
    def shown(self) -> set[int | None]:
        return {entry.version for entry in self.page.entries}

    def chosen_elsewhere(self) -> list[tuple[str, int]]:
        """Of the two versions compared those that are on another page of the list."""
        pair = zip(("from", "to"), self.asked.pair or (), strict=False)
        here = self.shown | ({1} if self.begins_without_entry else set())
        return [(name, version) for name, version in pair if version not in here]

    @cached_property
    def comparison(self) -> Comparison | None:
        if not self.asked.pair:
            return None
        old, new = self.asked.pair
        if self.subject.obj is not None:
            return comparison.of_states(state_of(self.subject.obj), old, new)
        made = self.subject.entries.filter(version=new).values_list("changes", flat=True)
        return comparison.of_changes(made.first() or {}, self.subject.recorded)

    @cached_property
    def labels(self) -> Labels:
        values = versions.recorded_values(self.subject.recorded, self.page.entries)
        if self.comparison:
            names = self.comparison.differing
            for side in (self.comparison.old, self.comparison.new):
                values.append({name: side[name] for name in names})
        return Labels(self.subject.recorded, *values)

    def comparison_context(self) -> dict[str, Any]:
        if self.comparison is None:
            return {}
        budget = Budget()
        fields = comparison.fields_of(self.comparison, self.labels, budget)
        return {
            "comparison": self.comparison,
            "fields": fields,
            "is_coarse": budget.is_spent,
            "sides": self.sides(),
            "says": self.says(),
            "restore": self.restore_context(),
        }

    def restore_context(self) -> dict[str, Any] | None:
        """What is offered beside a version compared with the current one; `stays` are the fields
        that it would leave as they are, in words.
        """
        subject, (old, new) = self.subject, self.asked.pair
        if not subject.may_restore or new != subject.version:
            return None
        restored = restored_names(
            subject.admin, EditPage.of(subject.admin, subject.request, subject.obj)
        )
        differing = self.comparison.differing
        stays = [self.labels.field(name) for name in differing if name not in restored]
        return {
            "version": old,
            "next": new + 1,
            "address": reverse(subject.admin._url_name("version"), args=[subject.pk, old]),
            "opened": subject.admin.token(subject.request, subject.obj),
            "is_any": bool(restored & set(differing)),
            "stays": listed(stays) if stays else "",
            "stay_several": len(stays) > 1,
        }

    def says(self) -> str:
        """“4 fields differ, 9 are the same”; of what is gone the others are not known."""
        count, same = len(self.comparison.differing), self.comparison.same
        text = f"{count} field{'' if count == 1 else 's'} differ{'s' if count == 1 else ''}"
        return f"{text}, {same} {'is' if same == 1 else 'are'} the same" if same else text

    def sides(self) -> list[dict[str, Any]]:
        """Number and maker of the two versions."""
        made = self.subject.entries.filter(version__in=self.asked.pair).defer("changes")
        by = {one.version: f"{versions.who_did(one)}, {short_time(one.at)}" for one in made}
        return [
            {"version": version, "by": by.get(version, "before history was kept")}
            for version in self.asked.pair
        ]

    def address(self, **place: int | None) -> str:
        """Another page of the list, with the same two versions compared; empty for none."""
        if None in place.values():
            return ""
        pair = dict(zip(("from", "to"), self.asked.pair or (), strict=False))
        return f"?{urlencode({**place, **(pair if self.asked.is_pair_asked else {})})}"


def page_of(entries, asked: Asked) -> versions.Page:
    if asked.version is not None:
        return versions.around(entries, asked.version)
    if asked.after is not None:
        return versions.after(entries, asked.after)
    # Before the first there is nothing to show.
    page = versions.before(entries, asked.before)
    return page if page.entries or asked.before is None else versions.newest(entries)
