from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from apps.editing import pending_page
from apps.editing.models import PendingEdit
from apps.editing.refused import keep_refused
from apps.editing.waiting import Waiting


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: the form's token is of another login, or there is none.

    Who is logged in as the one who opened the form is shown what he typed, to save it.
    """
    pending = keep_refused(request, PendingEdit.Cause.CSRF)
    if pending is not None and pending.user_id == request.user.pk:
        return pending_page.answer(Waiting(request, pending), status=403).render()
    address = reverse("editing:pending", args=[pending.pk]) if pending else ""
    return HttpResponse(render_to_string("403_csrf.html", {"kept": address}), status=403)
