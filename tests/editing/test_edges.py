"""Edits that come back in another shape than they went: other rights, other pages, other hands."""

import pytest
from django.contrib.auth.models import Permission

from apps.editing.models import PendingEdit
from apps.posts.models import Post
from apps.users.models import User
from tests.factories import (
    olive,
    staff,
)
from tests.forms import OpenForm, log_in, merge_page, open_add

pytestmark = pytest.mark.django_db
PASSWORD = {"password1": "correct-horse-battery", "password2": "correct-horse-battery"}


def page_of_edit(client) -> OpenForm:
    edit = PendingEdit.objects.waiting().latest("pk")
    page = client.get(f"/admin/editing/pending/{edit.pk}/")
    return merge_page(client, page.content.decode())


def send_logged_out(form: OpenForm, who, **typed) -> OpenForm:
    form.client.logout()
    assert form.post(**typed).status_code == 302
    form.client.force_login(who)
    return page_of_edit(form.client)


def test_a_user_added_twice_with_capitals_in_the_address_is_one_version():
    form = open_add(log_in(olive(is_superuser=True)), User)
    data = {"name": "Nell", "email": "Nell@Example.com", **PASSWORD}
    form.post(**data)
    assert form.post(**data).status_code == 302
    assert User.objects.get(name="Nell").version == 1


@pytest.fixture
def clerk():
    made = staff("Clara", "Moderator")
    names = ["change_user", "view_user"]
    made.user_permissions.set(Permission.objects.filter(codename__in=names))
    return made


def test_a_first_post_ends_its_lines_as_the_database_does():
    form = open_add(log_in(olive(is_superuser=True)), User)
    text = {"first-post-title": "First", "first-post-content": "One.\r\n\r\nTwo."}
    form.post(name="Nell", email="nell@example.com", **PASSWORD, **text)
    assert Post.objects.get().content == "One.\n\nTwo."
