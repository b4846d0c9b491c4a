"""When the database does not answer: 503 with Retry-After instead of an error page.

Most failures pass through the middleware. What fails in a middleware of its own (a session that
cannot be saved) ends in Django's handler for errors, which config/urls.py points here.
"""

import sys

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.defaults import server_error as django_server_error
from structlog.contextvars import get_contextvars

from .refused_body import refused_body

RETRY_AFTER_SECONDS = 5
# PostgreSQL ended the session because a transaction idled too long: psycopg and Django call
# these an InternalError. https://www.postgresql.org/docs/18/errcodes-appendix.html
IDLE_TIMEOUTS = {"25P03", "25P04", "57P05"}
# For SQLite "no such table" is an OperationalError too, and no waiting helps against that.
SQLITE_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_CANTOPEN", "SQLITE_IOERR")


def is_outage(error: BaseException | None) -> bool:
    """Whether trying again later may help."""
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    if sqlite_error := getattr(cause, "sqlite_errorname", None):
        return sqlite_error.startswith(SQLITE_BUSY)
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return getattr(cause, "sqlstate", None) in IDLE_TIMEOUTS


def unavailable(request: HttpRequest) -> HttpResponse:
    """The 503 page, with the form it could not save.

    Rendered without the request: its context processors would ask the database.
    """
    known = {"now": timezone.now(), "request_id": get_contextvars().get("request_id")}
    return HttpResponse(
        render_to_string("503.html", known | refused_body(request)),
        status=503,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS), "Cache-Control": "no-store"},
    )


class UnavailableMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return unavailable(request) if is_outage(exception) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the exception is being handled."""
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    return django_server_error(request)
