"""Failures of the database during a request: which become a 503, and what that page asks for."""

import sqlite3

import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.http import HttpResponse
from django.urls import path
from psycopg import errors
from psycopg_pool import PoolTimeout

from apps.backoffice.unavailable import is_outage
from config import urls

RAISED = {}


def fails(request):
    raise RAISED["error"]


def works(request):
    return HttpResponse("fine")


class FailsAfterTheView:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        raise RAISED["error"]


urlpatterns = [*urls.urlpatterns, path("fails", fails), path("works", works)]
handler500 = urls.handler500


def wrapped(outer: Exception, cause: Exception) -> Exception:
    """As Django raises it: its own class, from the driver's."""
    outer.__cause__ = cause
    return outer


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("…")
    error.sqlite_errorname = name
    return error


OUTAGES = {
    "no server": wrapped(OperationalError(), errors.OperationalError()),
    "no connection in time": wrapped(OperationalError(), PoolTimeout()),
    "statement timeout": wrapped(OperationalError(), errors.QueryCanceled()),
    "lock timeout": wrapped(OperationalError(), errors.LockNotAvailable()),
    "restart": wrapped(OperationalError(), errors.AdminShutdown()),
    "idle in transaction": wrapped(InternalError(), errors.IdleInTransactionSessionTimeout()),
    "connection lost before": InterfaceError("connection already closed"),
    "SQLite locked": wrapped(OperationalError(), sqlite_error("SQLITE_BUSY_SNAPSHOT")),
    "SQLite disk full": wrapped(OperationalError(), sqlite_error("SQLITE_FULL")),
}
MISTAKES = {
    "a bug": ValueError("…"),
    "a constraint": wrapped(IntegrityError(), errors.UniqueViolation()),
    "a failed transaction used on": wrapped(InternalError(), errors.InFailedSqlTransaction()),
    "SQLite without its tables": wrapped(OperationalError(), sqlite_error("SQLITE_ERROR")),
}


@pytest.fixture(autouse=True)
def _urls(settings, client):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_is_a_503_that_says_when_to_come_back(name, client):
    RAISED["error"] = OUTAGES[name]

    response = client.get("/fails")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_stays_a_500(name, client):
    RAISED["error"] = MISTAKES[name]

    assert client.get("/fails").status_code == 500


def test_an_outage_after_the_view_is_a_503_too(client, settings):
    RAISED["error"] = OUTAGES["no server"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.FailsAfterTheView"]

    response = client.get("/works")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.django_db
def test_the_page_asks_the_database_nothing(client, django_assert_num_queries):
    RAISED["error"] = OUTAGES["no server"]
    client.cookies["sessionid"] = "made-up"

    with django_assert_num_queries(0):
        response = client.get("/fails")

    assert b"does not answer" in response.content


def test_no_error_is_no_outage():
    assert not is_outage(None)
