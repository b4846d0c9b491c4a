"""Answers to requests that cannot be served, for Django's handlers and settings."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

# What is read of a refused body before the answer is sent. A connection closed on a browser
# that is still sending shows it a network error in place of our page.
DRAINED_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`; a body above the limit for fields ends here too."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return HttpResponse(render_to_string("400.html"), status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("413.html"), status=413)


class RequestSizeMiddleware:
    """Answers 413 to a body above DATA_UPLOAD_MAX_MEMORY_SIZE before anything parses it.

    Django's own limit leaves files out of its count.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if length_of(request) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return self.get_response(request)
        drain(request)
        return too_large(request)


def length_of(request: HttpRequest) -> int:
    # Servers pass the header on as it came; a request without one has an empty body for Django.
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def drain(request: HttpRequest) -> None:
    left = DRAINED_BYTES
    while left > 0:
        chunk = request.read(min(CHUNK_BYTES, left))
        if not chunk:
            return
        left -= len(chunk)
