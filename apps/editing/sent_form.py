"""A form as it was sent: what was typed, what it says of itself, and what is known by it."""

from dataclasses import replace
from functools import cached_property

from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from apps.activity.models import AuditEntry
from apps.backoffice.refused_body import keep_as_sent
from apps.editing.actions import resolve_edit
from apps.editing.models import PendingEdit
from apps.editing.opened import FIELDS, NAME, REASON, Opened

LONGEST_REASON = 200


class SentForm:
    """`opened` is None for a form that is not ours, or not of this page and person."""

    def __init__(self, request: HttpRequest, object_type: str, object_id: str | None):
        keep_as_sent(request)
        self.request = request
        self.typed, self.files = request.POST, request.FILES
        self.is_add_form = object_id is None
        self.opened = self._read_token(object_type, object_id)

    def _read_token(self, object_type: str, object_id: str | None) -> Opened | None:
        opened = Opened.read(self.typed.get(NAME, ""))
        if opened is None:
            return None
        of = None if opened.object_id is None else str(opened.object_id)
        here = self.request.user.pk, object_type, object_id
        return opened if (opened.user_id, opened.object_type, of) == here else None

    @property
    def submission(self) -> str:
        """An add form makes one object, whatever is in it when it comes again."""
        if self.opened.object_id is None:
            return self.opened.key
        return self.as_sent

    @cached_property
    def as_sent(self) -> str:
        """What is kept of this very form is known by it."""
        return self.opened.submission(self.typed, self.files)

    @property
    def reason(self) -> str:
        return reason_in(self.typed)

    @property
    def fields(self) -> set[str] | None:
        """The fields that the form had; None where it does not say."""
        return set(self.typed[FIELDS].split()) if FIELDS in self.typed else None

    def entry(self) -> AuditEntry | None:
        """What its save has left, if it was saved already."""
        mine = AuditEntry.objects.filter(actor_id=self.request.user.pk)
        return mine.filter(submission=self.submission).first()

    def post(self, data: QueryDict, files: MultiValueDict) -> None:
        """Have the page read this instead of what was typed."""
        self.request.POST, self.request._files = data, files

    def post_as_typed(self) -> None:
        self.post(self.typed, self.files)

    # The pending edit that it was before

    def find_pending(self, obj: Model | None) -> None:
        """What was kept of this very form is resolved by its save."""
        if self.opened.pending_id is None:
            self.opened = replace(self.opened, pending_id=self._kept_before(obj))

    def _kept_before(self, obj: Model | None) -> int | None:
        if obj is not None:
            return obj.edit_waiting
        kept = PendingEdit.objects.waiting().filter(submission=self.as_sent)
        return kept.values_list("pk", flat=True).first()

    def resolve_pending(self, resolution: str) -> None:
        if self.opened.pending_id:
            resolve_edit(self.opened.pending_id, resolution, by=self.request.user)


def reason_in(data: QueryDict) -> str:
    """Why, in the words of who pressed the button."""
    return data.get(REASON, "").replace("\x00", "").strip()[:LONGEST_REASON]
