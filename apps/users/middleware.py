import ipaddress
import logging

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import middleware
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from apps.users.backends import may_log_in

log = logging.getLogger(__name__)


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """Django's, with the user whom the session brought along: no statement of its own."""

    def process_request(self, request):
        super().process_request(request)
        request.session.address = address_of(request)
        request.user = SimpleLazyObject(lambda: user_of(request))

    def process_response(self, request, response):
        try:
            request.session.note_use()
        except Error:
            log.warning("The use of a session was not noted.", exc_info=True)
        return response


def user_of(request):
    if not hasattr(request, "_cached_user"):
        request._cached_user = session_user(request)
    return request._cached_user


def session_user(request):
    """Who is logged in, checked as Django checks: backend and password of the time of login.

    Whatever does not fit is left to Django, which knows rotated secrets and ends the session.
    """
    session = request.session
    claimed = session.get(auth.SESSION_KEY)
    user = session.user
    if user is None or claimed != str(user.pk):
        return auth.get_user(request)
    if not may_log_in(user):
        return AnonymousUser()
    of_known_backend = session.get(auth.BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    of_this_password = constant_time_compare(
        session.get(auth.HASH_SESSION_KEY, ""), user.get_session_auth_hash()
    )
    return user if of_known_backend and of_this_password else auth.get_user(request)


def address_of(request) -> str | None:
    """Where the request came from; None on a socket file."""
    text = request.META.get("REMOTE_ADDR", "").partition("%")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
