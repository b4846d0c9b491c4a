"""The 503 page brings back the form that could not be saved, to be sent again as it was."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import QueryDict
from django.test import Client
from django.urls import path

from apps.backoffice.refused_body import Sent, keep_as_sent
from config import urls

TYPED = {
    "_opened": "signed",
    "title": 'Dredging <b>"moves"</b>',
    "content": "\r\nFirst.\r\n\r\nSecond & last.",
    "tags": ["3", "7"],
    "password1": "correct horse battery",
    "_publish": "Publish",
}


def fails(request):
    # As the page of a pending edit does, before it saves.
    keep_as_sent(request)
    request.POST = QueryDict("title=another")
    raise OperationalError


urlpatterns = [*urls.urlpatterns, path("fails", fails)]
handler500 = urls.handler500


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def fields(page: str) -> dict[str, list[str]]:
    """What the form of the page would post."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input [^>]*name="([^"]+)"[^>]*value="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    for name, value in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)<', page):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_the_form_is_sent_again_as_it_was_but_for_the_password(client):
    answer = client.post("/fails?_popup=1", TYPED)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert 'action="/fails?_popup=1"' in page
    posted = fields(page)
    assert posted.pop("csrfmiddlewaretoken")
    kept = {name: one if isinstance(one, list) else [one] for name, one in TYPED.items()}
    del kept["password1"]
    assert posted == kept
    assert "battery" not in page
    assert "A password is never kept" in page


def test_what_can_be_read_is_labelled_and_escaped(client):
    page = client.post("/fails", TYPED).content.decode()
    assert re.findall(r'<label for="sent-\d+">([^<]+)<', page) == ["Title", "Content"]
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("name", "label"),
    [("profile-0-bio", "Bio"), ("publish_at", "Publish at"), ("r2", "Text 2 to save")],
)
def test_names_are_labelled_in_words(name, label):
    assert Sent(name, "").label == label


def test_the_token_is_the_browsers_own(client):
    checking = Client(enforce_csrf_checks=True, raise_request_exception=False)
    checking.cookies["csrftoken"] = "a" * 32
    answer = checking.post("/fails", TYPED | {"csrfmiddlewaretoken": "a" * 32})
    token = fields(answer.content.decode())["csrfmiddlewaretoken"][0]
    again = checking.post("/fails", TYPED | {"csrfmiddlewaretoken": token})
    assert (answer.status_code, again.status_code) == (503, 503)


def test_a_file_has_to_be_chosen_again(client):
    picture = SimpleUploadedFile("me.png", b"\x89PNG", "image/png")
    page = client.post("/fails", TYPED | {"profile-0-picture": picture}).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file" id="file-1" name="profile-0-picture"' in page
    assert "“me.png” has to be chosen again" in page


@pytest.mark.parametrize("typed", [{}, {"username": "olive", "password": "correct horse"}])
def test_a_form_that_is_not_saved_once_is_not_offered(client, typed):
    page = client.post("/fails", typed).content.decode()
    assert "<form" not in page
    assert "go back in your browser" in page


class DatabaseIsAway:
    """Before the CSRF check nothing says that the body is not another site's."""

    def __init__(self, get_response):
        pass

    def __call__(self, request):
        raise OperationalError


class AwayAfterTheCheck:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        raise OperationalError


def away(settings, name: str, after: str) -> None:
    at = next(i for i, one in enumerate(settings.MIDDLEWARE) if one.endswith(after)) + 1
    middleware = list(settings.MIDDLEWARE)
    settings.MIDDLEWARE = [*middleware[:at], f"{__name__}.{name}", *middleware[at:]]


def test_a_body_that_nobody_checked_is_not_offered(client, settings):
    away(settings, "DatabaseIsAway", after="SessionMiddleware")
    assert "signed" not in client.post("/fails", TYPED).content.decode()


def test_a_session_that_cannot_be_read_leaves_the_form(client, settings):
    away(settings, "AwayAfterTheCheck", after="CsrfViewMiddleware")
    assert fields(client.post("/fails", TYPED).content.decode())["_opened"] == ["signed"]


def test_the_page_names_the_request(client):
    answer = client.post("/fails", TYPED)
    assert f"request {answer['X-Request-ID']}. If it lasts" in answer.content.decode()
