"""Edits that come back in another shape than they went: other rights, other pages, other hands."""

import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME
from apps.posts import actions
from apps.posts.models import Category, Comment, Post
from apps.users.models import User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    UserFactory,
    ed,
    maud,
    olive,
    staff,
)
from tests.forms import OpenForm, log_in, merge_page, open_add, open_change

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


def added_as_sea_then_as_coast(is_kept: bool, **button: str):
    """The answer to the second text of one add form; kept meanwhile, and applied then, or not."""
    who = olive(is_superuser=True)
    form = open_add(log_in(who), Category)
    form.post(name="Sea", slug="sea", **button)
    if is_kept:
        return send_logged_out(form, who, name="Coast", **button).post()
    return form.post(name="Coast", **button)


# Popups


def test_a_popup_adds_its_object_once():
    form = open_add(log_in(olive(is_superuser=True)), Category)
    assert form.post(name="Sea", slug="sea", _popup="1").status_code == 200
    assert Category.objects.count() == 1
    assert not PendingEdit.objects.exists()


def test_a_popup_that_merged_has_saved():
    who = olive(is_superuser=True)
    category = CategoryFactory(name="Sea")
    form = open_change(log_in(who), category)
    open_change(log_in(ed()), category).post(position="4")
    answer = form.post(name="Coast", _popup="1")
    category.refresh_from_db()
    assert category.name == "Coast"
    said = [str(one) for one in answer.wsgi_request._messages]
    assert not any("Nothing is saved" in one for one in said)


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_second_text_of_a_popup_answers_it(is_kept):
    answer = added_as_sea_then_as_coast(is_kept, _popup="1")
    made = Category.objects.get()
    assert made.name == "Coast"
    # The script of the window that opened it reads this.
    told = {"action": "change", "value": str(made.pk), "obj": "Coast", "new_value": str(made.pk)}
    assert json.loads(answer.context_data["popup_response_data"]) == told


# The add form again


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_second_text_of_an_add_form_continues_on_the_page_of_what_it_made(is_kept):
    answer = added_as_sea_then_as_coast(is_kept, _continue="1")
    address = reverse("admin:posts_category_change", args=[Category.objects.get().pk])
    assert answer.headers["Location"] == address
    (said,) = [str(one) for one in answer.wsgi_request._messages if "Coast" in str(one)]
    assert f'<a href="{address}">Coast</a>' in said


def test_a_user_added_twice_with_capitals_in_the_address_is_one_version():
    form = open_add(log_in(olive(is_superuser=True)), User)
    data = {"name": "Nell", "email": "Nell@Example.com", **PASSWORD}
    form.post(**data)
    assert form.post(**data).status_code == 302
    assert User.objects.get(name="Nell").version == 1


def test_the_second_text_of_an_add_form_is_answered_again_whatever_came_since():
    who = olive(is_superuser=True)
    form = open_add(log_in(who), Category)
    form.post(name="Sea", slug="sea")
    assert form.post(name="Coast").status_code == 302
    open_change(log_in(ed()), Category.objects.get()).post(name="Ocean")
    assert form.post(name="Coast").status_code == 302
    assert Category.objects.get().name == "Ocean"
    assert not PendingEdit.objects.exists()


def test_an_error_in_the_second_text_is_mended_on_the_page_of_the_object():
    form = open_add(log_in(olive(is_superuser=True)), Category)
    form.post(name="Sea", slug="sea", position="1")
    answer = form.post(slug="not a slug")
    assert answer.status_code == 200
    again = OpenForm(form.client, form.address, "category_form", answer.content.decode())
    assert again.post(slug="coast").status_code == 302
    assert Category.objects.get().slug == "coast"
    assert not PendingEdit.objects.exists()


def test_an_add_form_that_was_kept_and_is_sent_again_leaves_nothing_waiting():
    who = olive(is_superuser=True)
    form = open_add(log_in(who), Category)
    send_logged_out(form, who, name="Sea", slug="sea")
    assert form.post(name="Sea", slug="sea").status_code == 302
    assert Category.objects.count() == 1
    assert PendingEdit.objects.get().resolution == "applied"


def test_nor_does_one_that_comes_by_a_pending_edit_make_a_second_object():
    who = olive(is_superuser=True)
    form = open_add(log_in(who), Category)
    form.post(name="Sea", slug="sea", position="1")
    page = send_logged_out(form, who, slug="not a slug")
    answer = page.post()
    assert answer.status_code == 200
    again = OpenForm(form.client, page.address, "category_form", answer.content.decode())
    assert again.post(slug="coast").status_code == 302
    assert Category.objects.get().slug == "coast"
    assert PendingEdit.objects.get().resolution == "applied"


def test_what_was_kept_of_an_add_form_and_conflicts_makes_no_second_object():
    who = olive(is_superuser=True)
    form = open_add(log_in(who), Category)
    form.post(name="Sea", slug="sea")
    page = send_logged_out(form, who, name="Coast")
    open_change(log_in(ed()), Category.objects.get()).post(name="Ocean")
    answer = page.post()
    assert answer.status_code == 409
    again = merge_page(form.client, answer.content.decode())
    answer = again.post(c1="mine")
    assert answer.status_code == 302
    assert Category.objects.get().name == "Coast"
    assert not PendingEdit.objects.waiting().exists()


# Rights that changed while the form lay open


@pytest.fixture
def clerk():
    made = staff("Clara", "Moderator")
    names = ["change_user", "view_user"]
    made.user_permissions.set(Permission.objects.filter(codename__in=names))
    return made


def test_a_field_that_the_form_had_not_is_not_emptied(clerk):
    nell = UserFactory(name="Nell", staff=True, role="Moderator")
    form = open_change(log_in(clerk), nell)
    assert "groups" not in form.data
    clerk.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    form.post(name="Nell Dahl")
    nell.refresh_from_db()
    assert nell.is_staff
    assert nell.groups.count() == 1


def test_nor_by_a_pending_edit(clerk):
    nell = UserFactory(name="Nell", staff=True, role="Moderator")
    form = open_change(log_in(clerk), nell)
    clerk.user_permissions.add(Permission.objects.get(codename="manage_staff"))
    send_logged_out(form, clerk, name="Nell Dahl").post()
    nell.refresh_from_db()
    assert (nell.name, nell.is_staff) == ("Nell Dahl", True)
    assert nell.groups.count() == 1


def test_the_page_of_an_edit_does_not_name_what_its_owner_may_not_see():
    editor = ed()
    post = PostFactory(title="Harbour")
    form = open_change(log_in(editor), post)
    send_logged_out(form, editor, title="Typed")
    editor.groups.set([Group.objects.create(name="Nothing")])
    Post.objects.filter(pk=post.pk).update(title="Secret merger", version=F("version") + 1)
    page = form.client.get(f"/admin/editing/pending/{PendingEdit.objects.get().pk}/")
    assert "Typed" in page.content.decode()
    assert "Secret merger" not in page.content.decode()


# What was decided


def test_a_decision_kept_by_the_end_of_a_session_overrules_nobody_unseen():
    comment, who = CommentFactory(body="Hm."), maud()
    form = open_change(log_in(who), comment)
    actions.moderate_comment(comment, Comment.Status.APPROVED, by=olive())
    page = send_logged_out(form, who, _spam="1")
    answer = page.post()
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert "Somebody decided meanwhile" in answer.content.decode()


def test_a_choice_between_two_values_comes_back_as_it_was_made():
    who, post = olive(is_superuser=True), PostFactory(category=CategoryFactory())
    mine, theirs = CategoryFactory(name="Mine"), CategoryFactory(name="Theirs")
    form = open_change(log_in(who), post)
    open_change(log_in(ed()), post).post(category=theirs.pk)
    page = merge_page(form.client, form.post(category=mine.pk).content.decode())
    again = send_logged_out(page, who, c1="theirs")
    assert again.data["c1"] == ["theirs"]


def test_a_text_that_was_decided_on_is_there_to_copy_from_when_a_third_has_saved():
    who, post = olive(is_superuser=True), PostFactory(content="One.")
    form, third = open_change(log_in(who), post), open_change(log_in(ed()), post)
    third.post(content="Two.")
    page = merge_page(form.client, form.post(content="Three.").content.decode())
    open_change(third.client, post).post(content="Four.")
    again = send_logged_out(page, who, c1="text", r1="Two and three are five.")
    shown = again.client.get(again.address).content.decode()
    assert "What you decided before" in shown
    assert "Two and three are five." in shown


def test_the_reason_that_was_typed_comes_back_with_the_edit():
    who, post = olive(is_superuser=True), PostFactory()
    form = open_change(log_in(who), post)
    page = send_logged_out(form, who, title="Typed", _reason="The harbour moved")
    page.post()
    assert AuditEntry.objects.latest("pk").reason == "The harbour moved"


def test_what_was_typed_today_is_kept_from_today():
    who, post = olive(is_superuser=True), PostFactory(title="Harbour")
    form = open_change(log_in(who), post)
    open_change(log_in(ed()), post).post(title="Theirs")
    page = merge_page(form.client, form.post(title="Mine").content.decode())
    long_ago = timezone.now() - timezone.timedelta(days=29)
    PendingEdit.objects.update(created_at=long_ago)
    open_change(log_in(User.objects.get(name="Ed")), post).post(title="Theirs again")
    assert page.post(c1="mine").status_code == 409
    assert PendingEdit.objects.get().created_at > long_ago


def test_a_first_post_ends_its_lines_as_the_database_does():
    form = open_add(log_in(olive(is_superuser=True)), User)
    text = {"first-post-title": "First", "first-post-content": "One.\r\n\r\nTwo."}
    form.post(name="Nell", email="nell@example.com", **PASSWORD, **text)
    assert Post.objects.get().content == "One.\n\nTwo."


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postgres")
def test_a_save_that_fails_at_the_commit_is_not_called_saved():
    form = open_change(log_in(olive(is_superuser=True)), PostFactory(title="Harbour"))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'late'; END $$"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON posts DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION late()"
        )
    try:
        answer = form.post(title="Typed")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION late CASCADE")
    assert answer.status_code == 503
    assert Post.objects.get().title == "Harbour"
    assert "changed successfully" not in answer.content.decode()


def test_an_unknown_form_of_what_is_in_the_trash_is_kept():
    who, post = olive(is_superuser=True), PostFactory(title="Harbour")
    form = open_change(log_in(who), post)
    actions.move_post_to_trash(post, by=who)
    answer = form.post(title="Typed", **{NAME: "unreadable"})
    assert answer.status_code == 409
    assert page_of_edit(form.client).post(_restore="1").status_code == 302
    post.refresh_from_db()
    assert (post.title, post.deleted_at) == ("Typed", None)


def test_a_form_that_is_newer_than_its_row_is_not_saved_unseen():
    """As after a restore of a backup."""
    who, post = olive(is_superuser=True), PostFactory(title="Old")
    Post.objects.filter(pk=post.pk).update(version=5, title="Five")
    form = open_change(log_in(who), post)
    Post.objects.filter(pk=post.pk).update(version=3, title="Three")
    answer = form.post(content="Typed")
    assert answer.status_code == 409
    assert Post.objects.get().title == "Three"
    assert merge_page(form.client, answer.content.decode()).post().status_code == 302
    assert Post.objects.get().content == "Typed"


def test_a_kept_step_is_named_by_the_button_that_takes_it(client):
    post = PostFactory()
    edit = PendingEditFactory(
        user=ed(),
        object_id=post.pk,
        payload={"data": {"title": ["Mine"], "_publish": ["1"]}, "files": {}},
    )
    client.force_login(edit.user)
    page = client.get(reverse("editing:pending", args=[edit.pk])).content.decode()
    assert 'value="Save version 2: publish"' in page


def test_an_edit_form_makes_no_second_object(client):
    post = PostFactory()
    client.force_login(ed())
    address = reverse("admin:posts_post_change", args=[post.pk])
    assert client.post(address, {"title": "x", "_saveasnew": "1"}).status_code == 400
    assert type(post).objects.count() == 1
