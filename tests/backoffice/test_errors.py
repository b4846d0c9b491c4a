import io

import pytest
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.template.loader import render_to_string
from django.test import Client

from apps.backoffice import errors

PAGES = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]


@pytest.mark.parametrize("name", PAGES)
def test_error_pages_render_without_request_and_database(name):
    # No django_db mark: a query would fail this test.
    page = render_to_string(f"{name}.html")
    assert f"Status {name[:3]}" in page
    assert "<style" not in page
    assert "css/login.css" in page


def test_an_unknown_address_asks_the_database_nothing(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_body_over_the_limit_is_refused_before_it_is_parsed(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    sent = {"file": io.BytesIO(b"x" * 1001)}
    response = client.post("/admin/login/", sent)
    assert response.status_code == 413
    assert "16 MB" in response.content.decode()
    assert "Content-Security-Policy" in response.headers


def test_a_body_of_the_limit_is_let_through(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = client.generic("POST", "/nowhere/", b"x" * 1000)
    assert response.status_code == 404


def test_a_refused_body_is_read_so_that_the_browser_sees_the_answer(rf, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    request = rf.generic("POST", "/", b"x" * 100_000)
    response = errors.RequestSizeMiddleware(lambda request: None)(request)
    assert response.status_code == 413
    assert request.read() == b""


@pytest.mark.parametrize("length", ["", "many", "-5"])
def test_a_length_that_is_no_number_is_left_to_the_server(rf, length):
    request = rf.get("/", headers={"content-length": length})
    request.META["CONTENT_LENGTH"] = length
    assert errors.RequestSizeMiddleware(lambda request: "passed")(request) == "passed"


def test_a_body_too_big_for_fields_is_413_and_too_many_fields_400(rf):
    request = rf.post("/")
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request, TooManyFieldsSent()).status_code == 400


def test_a_wrong_csrf_token_gets_our_page():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"})
    assert response.status_code == 403
    assert "no longer valid" in response.content.decode()
