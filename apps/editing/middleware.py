from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from apps.editing.models import PendingEdit
from apps.editing.received import say_received
from apps.editing.refused import keep_refused

KEPT = SafeString(
    "Your session has ended. <b>Your edit is kept</b> and waits for you after you log in."
)


class KeepEditsMiddleware:
    """What is typed into a form that comes back after its session's end is not lost.

    After the login, which leads to it, it is one click to save.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        say_received(request, response)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if request.method != "POST" or request.resolver_match.app_name not in ("admin", "editing"):
            return None
        if admin.site.has_permission(request):
            return None
        pending = keep_refused(request, PendingEdit.Cause.SESSION)
        if pending is None:
            return None
        messages.info(request, KEPT)
        page = reverse("editing:pending", args=[pending.pk])
        return redirect_to_login(page, reverse("admin:login"))
