"""Which answers tell the browser that it need not keep what it sent."""

import pytest
from django.db import OperationalError
from django.test import Client

from apps.editing import saving
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME, SENT, Opened
from apps.posts.models import Post
from apps.users.models import Session
from tests.editing.test_saving import Form, page_of
from tests.factories import PostFactory, olive

pytestmark = pytest.mark.django_db
SIGN = "received_12345678-90"


@pytest.fixture
def form(client) -> Form:
    form = Form(client, olive(), PostFactory())
    form.data[SENT] = "12345678-90"
    return form


def test_a_save_is_received(form):
    answer = form.save(title="Saved")
    assert answer.status_code == 302
    assert answer.cookies[SIGN]["path"] == "/admin/"
    assert not answer.cookies[SIGN]["httponly"]


def test_errors_are_shown_with_what_was_typed(form):
    answer = form.save(title="")
    assert answer.status_code == 200
    assert SIGN in answer.cookies


def test_errors_that_could_not_be_shown_are_not_received(form, monkeypatch):
    def fails(*args):
        raise OperationalError

    form.client.raise_request_exception = False
    monkeypatch.setattr("django.template.response.SimpleTemplateResponse.render", fails)
    answer = form.save(title="")
    assert answer.status_code == 503
    assert SIGN not in answer.cookies


def test_what_failed_and_was_kept_is_received(form, monkeypatch):
    def fails(*args, **kwargs):
        raise ValueError

    form.client.raise_request_exception = False
    monkeypatch.setattr(saving.Saving, "save", fails)
    answer = form.save(title="Kept")
    assert answer.status_code == 500
    assert PendingEdit.objects.get().cause == "error"
    assert SIGN in answer.cookies


def test_what_is_too_large_to_keep_is_not_received(form, monkeypatch):
    monkeypatch.setattr("apps.editing.payload.LARGEST_BYTES", 10)
    form.data[NAME] = "unreadable"
    answer = form.save(title="Too large")
    assert answer.status_code == 413
    assert SIGN not in answer.cookies


def test_an_ended_session_has_it_received_for_its_owner_only(form):
    Session.objects.all().delete()
    answer = form.client.post(page_of(form.post), form.data)
    assert answer.status_code == 302
    assert SIGN in answer.cookies
    form.data[NAME] = "forged"
    answer = form.client.post(page_of(form.post), form.data)
    assert SIGN not in answer.cookies


def test_a_form_with_an_old_token_is_received(form):
    checking = Client(enforce_csrf_checks=True)
    checking.force_login(form.who)
    answer = checking.post(page_of(form.post), form.data)
    assert answer.status_code == 403
    assert SIGN in answer.cookies


def test_answers_on_the_page_of_an_edit_are_received_when_they_are_kept(form):
    Session.objects.all().delete()
    form.client.post(page_of(form.post), form.data | {"title": "Mine"})
    form.client.force_login(form.who)
    edit = PendingEdit.objects.get()
    token = Opened.now(form.who.pk, "posts.post", form.post, edit.pk).signed()
    typed = {NAME: token, SENT: "12345678-90", "r1": "Half a thought", "_keep": "1"}
    answer = form.client.post(f"/admin/editing/pending/{edit.pk}/", typed)
    assert SIGN in answer.cookies
    edit.refresh_from_db()
    assert edit.payload["decided"]["r1"] == ["Half a thought"]


@pytest.mark.parametrize("sending", ["", "x", "a b c d e f g", "A" * 41, "a=1; Domain=evil"])
def test_only_what_the_script_may_have_written_becomes_a_cookie(form, sending):
    form.data[SENT] = sending
    answer = form.save(title="Saved")
    assert not any(name.startswith("received_") for name in answer.cookies)


def test_two_sendings_of_one_form_are_one_change(form):
    form.save(title="Twice")
    form.data[SENT] = "another-sending"
    assert "received_another-sending" in form.save(title="Twice").cookies
    assert Post.objects.get(pk=form.post.pk).version == 2
