from django.template.loader import render_to_string
from django.urls import reverse

from apps.backoffice import panels, sidebar
from apps.backoffice.rows import short_time
from apps.editing.models import PendingEdit

SHOWN = 5


@sidebar.pages("activity")
def pages(user) -> list[sidebar.Page]:
    if not (user.is_superuser or user.get_all_permissions()):
        return []
    return [sidebar.Page("pending", "Pending edits", reverse("editing:all"))]


@panels.home(order=1)
def edits_waiting(request):
    """Before anything else: what somebody typed and was not saved."""
    waiting = PendingEdit.objects.waiting().of_user(request.user).newest_first().without_payload()
    edits = list(waiting[: SHOWN + 1])
    if not edits:
        return None
    count = len(edits) if len(edits) <= SHOWN else waiting.count()
    return panels.Panel(
        key="kept",
        title=f"{count} edit{'s' if count != 1 else ''} waiting",
        link=("All of them", reverse("editing:all")) if count > SHOWN else None,
        body=render_to_string("editing/_waiting.html", {"edits": lines(edits[:SHOWN])}, request),
    )


def lines(edits: list[PendingEdit]) -> list[dict[str, str]]:
    """`what` was edited, `why` it was kept and `when`, and the address of its page."""
    return [
        {
            "what": edit.object_label or edit.kind,
            "why": edit.get_cause_display(),
            "when": short_time(edit.created_at),
            "address": reverse("editing:pending", args=[edit.pk]),
        }
        for edit in edits
    ]
