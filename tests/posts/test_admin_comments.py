"""The pages of comments over HTTP."""

import re

import pytest
from django.urls import reverse

from apps.backoffice import keyset
from apps.editing.opened import NAME, Opened
from apps.posts.models import Comment, Post
from tests.factories import (
    CommentFactory,
    PostFactory,
    UserFactory,
    ed,
    mallory,
    maud,
    olive,
    otto,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/posts/comment/"


def page_of(comment) -> str:
    return reverse("admin:posts_comment_change", args=[comment.pk])


def fresh(instance):
    return type(instance).objects.get(pk=instance.pk)


def fields_of(comment, **changes) -> dict:
    return {
        "body": comment.body,
        "author_name": comment.author_name,
        "author_email": comment.author_email,
        **changes,
    }


@pytest.fixture
def as_(client):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def act(client, name, comments, query=""):
    data = {"action": name, "_selected_action": [comment.pk for comment in comments]}
    return client.post(LIST + query, data, follow=True)


def test_approved_ones_of_a_post_are_found_behind_many_of_others(as_, monkeypatch):
    """A report's number leads here: the comments of the post are walked, not all approved ones."""
    monkeypatch.setattr(keyset, "WALK_ROWS", 5)
    post, other = PostFactory(), PostFactory()
    CommentFactory.create_batch(3, post=post, status="approved")
    CommentFactory(post=post, status="spam")
    CommentFactory.create_batch(8, post=other, status="approved")
    page = as_(maud()).get(LIST, {"status": "approved", "post": post.pk}).content.decode()
    assert page.count('name="_selected_action"') == 3
    assert "3 match" in page


@pytest.mark.parametrize(
    ("who", "sees", "changes"),
    [
        (olive, True, True),
        (ed, True, True),
        (maud, True, True),
        (rory, True, False),
        (wren, False, False),
        (otto, False, False),
        (mallory, False, False),
    ],
)
def test_who_sees_and_who_moderates(as_, who, sees, changes):
    comment = CommentFactory()
    client = as_(who())
    assert client.get(LIST).status_code == (200 if sees else 403)
    assert client.get(page_of(comment)).status_code == (200 if sees else 403)
    answer = client.post(page_of(comment), fields_of(comment, body="Mended", _approve="1"))
    assert answer.status_code == (302 if changes else 403)
    assert (fresh(comment).body == "Mended") == changes
    assert (fresh(comment).status == "approved") == changes


@pytest.mark.parametrize(
    ("button", "status", "count"),
    [("_approve", "approved", 1), ("_spam", "spam", 0), ("_remove", "removed", 0)],
)
def test_each_button_decides_and_counts(as_, button, status, count):
    moderator, comment = maud(), CommentFactory()
    client = as_(moderator)
    assert f'name="{button}"' in client.get(page_of(comment)).content.decode()
    client.post(page_of(comment), fields_of(comment, **{button: "1"}))
    saved = fresh(comment)
    assert (saved.status, saved.moderated_by, saved.version) == (status, moderator, 2)
    assert Post.objects.get().comment_count == count
    assert f'name="{button}"' not in client.get(page_of(comment)).content.decode()


def test_what_is_not_in_the_form_is_ignored(as_):
    comment, other = CommentFactory(), PostFactory()
    forged = {
        "status": "approved", "post": other.pk, "author": other.author_id,
        "moderated_by": other.author_id, "deleted_at": "2020-01-01", "version": 9,
    }  # fmt: skip
    as_(maud()).post(page_of(comment), fields_of(comment, body="Mended", **forged))
    saved = fresh(comment)
    assert (saved.body, saved.status, saved.version) == ("Mended", "pending", 2)
    assert (saved.post, saved.author, saved.deleted_at) == (comment.post, None, None)


def test_an_account_s_comment_has_no_visitor_s_name_to_change(as_):
    comment = CommentFactory(author=UserFactory(), author_name="", author_email="")
    as_(maud()).post(page_of(comment), fields_of(comment, author_name="Forged", body="Mended"))
    assert (fresh(comment).author_name, fresh(comment).body) == ("", "Mended")


@pytest.mark.parametrize(
    "bad",
    [
        {"body": ""},
        {"body": "a\x00b"},
        {"author_name": "  "},
        {"author_name": "x" * 201},
        {"author_email": "no address"},
    ],
)
def test_bad_input_is_a_field_error(as_, bad):
    comment = CommentFactory()
    answer = as_(maud()).post(page_of(comment), fields_of(comment, **bad))
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert set(answer.context["adminform"].form.errors) == set(bad)
    assert fresh(comment).version == 1


def test_an_editor_answers_a_reader(as_):
    editor, post = ed(), PostFactory()
    as_(editor).post(LIST + "add/", {"post": post.pk, "body": "Thank you."})
    comment = Comment.objects.get()
    assert (comment.author, comment.status, fresh(post).comment_count) == (editor, "approved", 1)


def test_selections_are_moderated(as_):
    client, comments = as_(maud()), CommentFactory.create_batch(3)
    assert "3 comments were approved." in act(client, "approve", comments).content.decode()
    page = act(client, "mark_as_spam", comments[:2]).content.decode()
    assert "2 comments were marked as spam." in page
    act(client, "remove", comments[2:])
    assert [fresh(comment).status for comment in comments] == ["spam", "spam", "removed"]
    assert "stayed" in act(client, "remove", comments[2:]).content.decode()


@pytest.mark.parametrize("who", [wren, rory, mallory])
@pytest.mark.parametrize("action", ["approve", "mark_as_spam", "remove", "move_to_trash"])
def test_others_moderate_no_selection(as_, who, action):
    comment = CommentFactory()
    act(as_(who()), action, [comment])
    assert fresh(comment).version == 1


def test_to_the_trash_and_back_with_the_count(as_):
    client = as_(maud())
    comment = CommentFactory(status="approved", post=PostFactory(comment_count=1))
    client.post(f"{LIST}{comment.pk}/delete/", {"post": "yes"})
    assert fresh(comment).deleted_at
    assert fresh(comment.post).comment_count == 0
    assert 'name="_approve"' not in client.get(page_of(comment)).content.decode()
    client.post(f"{LIST}{comment.pk}/restore/")
    assert fresh(comment).deleted_at is None
    assert fresh(comment.post).comment_count == 1


def test_the_list_marks_comments_under_a_post_in_the_trash(as_):
    CommentFactory(post=PostFactory(trashed=True, title="Thrown away"))
    page = as_(maud()).get(LIST).content.decode()
    assert "Thrown away" in page
    assert "in the trash" in page


def test_bodies_and_names_are_escaped(as_):
    CommentFactory(
        body="<script>alert(1)</script>",
        author_name="<b>x</b>",
        post=PostFactory(title="<i>y</i>"),
    )
    client = as_(maud())
    for address in (LIST, page_of(Comment.objects.get()), "/admin/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page
        assert "<i>y</i>" not in page


def test_filters_of_the_list(as_):
    author = UserFactory()
    one = CommentFactory(author=author, author_name="", body="Harbour")
    CommentFactory(status="spam", body="Museum")
    client = as_(maud())
    for query, bodies in {
        "status=spam": {"Museum"},
        f"author={author.pk}": {"Harbour"},
        f"post={one.post_id}": {"Harbour"},
        "q=museum": {"Museum"},
        "created_at_to=2025-01-01": set(),
    }.items():
        page = client.get(f"{LIST}?{query}").content.decode()
        assert {body for body in ("Harbour", "Museum") if f">{body}<" in page} == bodies, query


def test_a_comment_that_was_only_looked_at_is_not_changed(as_):
    comment = CommentFactory(body="One\n\nTwo")
    as_(maud()).post(page_of(comment), fields_of(comment, body="One\r\n\r\nTwo"))
    assert fresh(comment).version == 1


def test_nobody_overrules_a_moderator_unseen(as_, client):
    comment = CommentFactory()
    maud_, other = maud(), UserFactory(staff=True, role="Moderator")
    opened = Opened.now(other.pk, "posts.comment", comment)
    as_(maud_).post(page_of(comment), fields_of(comment, _approve="1"))
    client = as_(other)
    spam = fields_of(comment, _spam="1", **{NAME: opened.signed()})
    answer = client.post(page_of(comment), spam)
    page = answer.content.decode()
    assert "the comment is approved" in page
    assert fresh(comment).status == "approved"
    again = re.search(r'name="_opened" value="([^"]+)"', page)[1]
    assert client.post(page_of(comment), spam | {NAME: again}).status_code == 302
    assert fresh(comment).status == "spam"
