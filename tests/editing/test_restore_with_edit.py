"""What was typed into something that is in the trash by now: both come back, or neither."""

import pytest
from django.contrib.auth.models import Permission
from django.db import Error

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.posts import actions
from apps.posts.admin import post as post_admin
from apps.posts.models import Post
from tests.factories import PostFactory, ed, maud, olive, staff
from tests.forms import OpenForm, log_in, merge_page, open_change

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return PostFactory(title="Harbour", content="Open.")


@pytest.fixture
def form(post):
    return open_change(log_in(ed()), post)


def trash(post) -> None:
    actions.move_post_to_trash(post, by=olive())


def refused(form: OpenForm, **typed) -> OpenForm:
    """The page of the edit that was kept."""
    answer = form.post(**typed)
    assert answer.status_code == 409
    return merge_page(form.client, answer.content.decode())


def state(post) -> tuple:
    now = Post.objects.get(pk=post.pk)
    return now.title, now.content, now.deleted_at is None, now.version


def test_it_is_one_click_and_two_versions(post, form):
    trash(post)
    page = refused(form, title="Typed")
    assert page.post(_restore="1", _reason="Still wanted").status_code == 302
    assert state(post) == ("Typed", "Open.", True, 4)
    entries = AuditEntry.objects.of_object("posts.post", post.pk).order_by("version")
    assert [(entry.action, entry.actor_label) for entry in entries] == [
        ("trash", "Olive"),
        ("restore", "Ed"),
        ("change", "Ed"),
    ]
    assert {entry.source for entry in entries[1:]} == {"edit"}
    assert entries[1].reason == "To save an edit that was begun before it was deleted"
    assert entries[2].reason == "Still wanted"


def test_two_clicks_are_answered_alike(post, form):
    trash(post)
    page = refused(form, title="Typed")
    first, second = page.post(_restore="1"), page.post(_restore="1")
    assert first.headers["Location"] == second.headers["Location"]
    said = [{str(one) for one in answer.wsgi_request._messages} for answer in (first, second)]
    assert said[0] == said[1]
    assert state(post)[3] == 4


def test_an_edit_with_an_error_restores_nothing(post, form):
    trash(post)
    page = refused(form, slug="not a slug")
    answer = page.post(_restore="1")
    assert answer.status_code == 200
    assert "is back from the trash" not in answer.content.decode()
    assert state(post) == ("Harbour", "Open.", False, 2)
    # The error is mended on the page it stands on, and then asked about once more.
    form_page = OpenForm(form.client, page.address, "post_form", answer.content.decode())
    again = refused(form_page, slug="a-slug")
    assert again.post(_restore="1").status_code == 302
    assert Post.objects.get().slug == "a-slug"
    assert state(post)[2]
    assert PendingEdit.objects.get().resolution == "applied"


def test_an_edit_that_fails_restores_nothing(post, form, monkeypatch):
    trash(post)
    page = refused(form, title="Typed")

    def fails(*args, **options):
        raise Error("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(post_admin.actions, "write_post", fails)
        answer = page.post(_restore="1")
    assert answer.status_code == 503
    assert state(post) == ("Harbour", "Open.", False, 2)
    assert merge_page(form.client, answer.content.decode()).post(_restore="1").status_code == 302
    assert state(post) == ("Typed", "Open.", True, 4)


def test_what_both_changed_is_asked_about_while_it_is_in_the_trash(post, form):
    open_change(log_in(olive()), post).post(title="Olive’s")
    actions.move_post_to_trash(Post.objects.get(), by=staff("Zoe", "Admin"))
    answer = form.post(title="Ed’s", content="Closed.")
    assert len(answer.context["conflicts"]) == 1
    told = answer.content.decode()
    assert "Zoe moved this post to the trash" in told
    assert "one needs you" in told
    assert state(post) == ("Olive’s", "Open.", False, 3)
    page = merge_page(form.client, told)
    assert page.post(_restore="1", c1="mine").status_code == 302
    assert state(post) == ("Ed’s", "Closed.", True, 5)
    assert PendingEdit.objects.get().resolution == "merged"


def test_somebody_else_restored_and_edited_it_meanwhile(post, form):
    trash(post)
    page = refused(form, title="Ed’s")
    actions.restore_post(Post.objects.get(), by=staff("Zoe", "Admin"))
    open_change(log_in(staff("Yuri", "Admin", email="y@example.com")), post).post(title="Yuri’s")
    answer = page.post(_restore="1")
    assert answer.status_code == 409
    assert state(post) == ("Yuri’s", "Open.", True, 4)
    again = merge_page(form.client, answer.content.decode())
    assert again.post(c1="mine").status_code == 302
    assert state(post) == ("Ed’s", "Open.", True, 5)


def test_enter_presses_the_button_that_restores(post, form):
    trash(post)
    answer = form.post(title="Typed")
    page = answer.content.decode()
    first = page[page.index('id="merge_form"') :].partition('type="submit"')[2]
    assert first.lstrip().startswith('name="_restore"')


@pytest.mark.parametrize("may_delete", [True, False])
@pytest.mark.parametrize("may_change", [True, False])
def test_only_who_may_do_both_is_offered_it(post, may_delete, may_change):
    who, needed = maud(), {"view_post", "change_post", "publish_post"}
    give(who, needed)
    form = open_change(log_in(who), post)
    trash(post)
    refused(form, title="Typed")
    give(who, {"view_post"} | (needed if may_change else set()), may_delete)
    address = f"/admin/editing/pending/{PendingEdit.objects.get().pk}/"
    page = OpenForm(form.client, address, "merge_form")
    is_offered = may_delete and may_change
    assert ("Restore with my edit" in form.client.get(address).content.decode()) == is_offered
    page.post(_restore="1")
    assert state(post)[2] == is_offered


def give(who, names: set[str], may_delete: bool = False) -> None:
    names = names | ({"delete_post"} if may_delete else set())
    who.user_permissions.set(Permission.objects.filter(codename__in=names))
