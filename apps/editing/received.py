"""The sign to a browser that what it sent was received: saved, kept, or shown again with errors.

Until it has seen the sign, `static/js/kept.js` keeps a copy of the form. The sign is a cookie named
like the sending, which the answer carries whatever it is: a redirect has no page for it, and two
tabs that shared one cookie would read each other's.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.backoffice.refused_body import as_sent
from apps.editing.opened import SENT

PREFIX = "received_"
# Long enough for a slow page; the script removes what it has seen.
SECONDS = 600
SENDING = re.compile(r"[0-9a-z-]{8,40}")


def note_received(request: HttpRequest) -> None:
    """What was typed is in the database, whatever becomes of the answer.

    A page that only shows it again has `is_received` itself: it may fail while it is rendered.
    """
    request.is_received = True


def say_received(request: HttpRequest, response: HttpResponse) -> None:
    is_received = any(getattr(one, "is_received", False) for one in (request, response))
    if is_received and SENDING.fullmatch(sending := sending_of(request)):
        response.set_cookie(
            PREFIX + sending,
            "1",
            max_age=SECONDS,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def sending_of(request: HttpRequest) -> str:
    """How the script named it."""
    return as_sent(request)[0].get(SENT, "")
