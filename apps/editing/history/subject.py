"""What a history page is about: an object, there or deleted for good."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from apps.activity.models import AuditEntry
from apps.activity.recorded import Recorded, recorded_as


@dataclass
class Subject:
    """`obj` is None where it was deleted for good; `request` is of the person who looks."""

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

    @property
    def may_compare(self) -> bool:
        return (self.version or 0) > 1

    @cached_property
    def may_restore(self) -> bool:
        """Whether there is an earlier version that this person may bring back."""
        is_there = self.obj is not None and self.may_compare
        return is_there and self.admin.has_change_permission(self.request, self.obj)

    @property
    def label(self) -> str:
        return str(self.obj) if self.obj is not None else self.last.object_label

    def address(self, name: str, *args) -> str:
        """Of a page of this object: `change`, `history`, `version`."""
        return reverse(self.admin._url_name(name), args=[self.pk, *args])


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
    """The key that an address names; None for what is none."""
    try:
        return model_admin.opts.pk.to_python(unquote(object_id))
    except ValidationError:
        return None
