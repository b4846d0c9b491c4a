"""The form that asks until when and why: of the accounts that it has shown, at their versions."""

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from apps.users import actions
from apps.users.models import User
from tests.editing.test_failures import run
from tests.editing.test_selection import OpenList, said
from tests.factories import UserFactory, maud, olive
from tests.forms import OpenForm, log_in
from tests.sessions import another_session

pytestmark = pytest.mark.django_db
LIST = "/admin/users/user/"
SOON = timezone.now() + datetime.timedelta(days=3)
TYPED = {"until": f"{SOON:%Y-%m-%dT%H:%M}", "reason": "Spam"}


@pytest.fixture
def two():
    return UserFactory.create_batch(2)


def asked_of(*users, client=None) -> OpenForm:
    """The form that a selection in the list leads to."""
    page = OpenList(client or log_in(maud()), User).send("suspend", *users)
    assert page.status_code == 200
    return OpenForm(page.client, LIST, "user_form", page.content.decode())


def page_of(user, client=None) -> OpenForm:
    return OpenForm(client or log_in(maud()), f"{LIST}{user.pk}/suspend/", "user_form")


def suspend(form: OpenForm, **typed):
    return form.post(**TYPED | typed, _suspend="Suspend")


def reasons(*users) -> list[str]:
    return [User.objects.get(pk=user.pk).suspension_reason for user in users]


def by_another(user):
    rows = User.objects.filter(pk=user.pk)
    actions.suspend_users(rows, until=SOON, reason="Threats", by=olive())


def test_who_was_changed_since_the_form_was_shown_is_left_out_and_named(two):
    form = asked_of(*two)
    by_another(two[0])
    told = said(suspend(form))
    assert reasons(*two) == ["Threats", "Spam"]
    assert told[0] == "1 user was suspended."
    assert told[1].startswith(f"Olive changed “{two[0]}” since this page was shown, so it was")


def test_so_it_is_on_the_page_of_one(two):
    form = page_of(two[0])
    by_another(two[0])
    assert "Olive changed" in said(suspend(form))[1]
    assert reasons(two[0]) == ["Threats"]
    # Having seen it, she overrules.
    suspend(page_of(two[0], form.client))
    assert reasons(two[0]) == ["Spam"]


@pytest.mark.parametrize("opened", [asked_of, page_of])
def test_a_double_click_suspends_once_and_another_reason_is_another_form(two, opened):
    form = opened(two[0])
    assert said(suspend(form))[-1] == "1 user was suspended."
    assert said(suspend(form))[-1] == "Done once, though it came twice: 1 user."
    assert said(suspend(form, reason="Spam and threats"))[-1] == "1 user was suspended."
    assert reasons(two[0]) == ["Spam and threats"]


def test_a_form_with_an_error_is_still_of_the_versions_it_has_shown(two):
    form = asked_of(*two)
    page = suspend(form, reason="")
    again = OpenForm(form.client, LIST, "user_form", page.content.decode())
    by_another(two[0])
    suspend(again)
    assert reasons(*two) == ["Threats", "Spam"]


def test_where_nobody_is_left_the_list_says_why(two):
    page = OpenList(log_in(maud()), User)
    by_another(two[0])
    assert "Olive changed" in page.act("suspend", two[0])[0]


def test_a_suspension_ends_by_the_form_of_a_selection_too(two):
    by_another(two[0])
    form = asked_of(two[0])
    assert form.post(_end="End suspension").status_code == 302
    assert not User.objects.get(pk=two[0].pk).is_suspended


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("opened", [asked_of, page_of])
def test_while_somebody_is_saving_one_what_was_typed_stays(two, opened):
    form = opened(two[0])
    run("SET lock_timeout = '100ms'")
    with another_session() as other:
        other.execute("SELECT 1 FROM users WHERE id = %s FOR UPDATE", [two[0].pk])
        answer = suspend(form)
    connection.close()
    assert answer.status_code == 409
    assert "Somebody is saving one of these users" in answer.content.decode()
    again = OpenForm(form.client, form.address, "user_form", answer.content.decode())
    assert again.data["reason"] == ["Spam"]
    assert again.data["_versions"] == form.data["_versions"]
    assert said(suspend(again))[-1] == "1 user was suspended."
