"""The sign to a browser that what it sent was received: saved, kept, or shown again with errors.

Until it has seen the sign, `static/js/kept.js` keeps a copy of the form. The sign is a cookie named
like the sending, which the answer carries whatever it is: a redirect has no page for it, and two
tabs that share one cookie would read each other's.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# The input in which the script names each sending.
NAME = "_sent"
PREFIX = "received_"
# Long enough for a slow redirect; the script removes what it has seen.
SECONDS = 600
SENDING = re.compile(r"[0-9a-z]{8,40}")


def note_received(request: HttpRequest) -> None:
    """From here on what was typed is in the database or on the page of the answer."""
    request.is_received = True


def say_received(request: HttpRequest, response: HttpResponse) -> None:
    sending = request.sending if getattr(request, "is_received", False) else ""
    if SENDING.fullmatch(sending):
        response.set_cookie(
            PREFIX + sending,
            "1",
            max_age=SECONDS,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
