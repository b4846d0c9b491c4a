"""Restores at the same moment, in real threads on PostgreSQL."""

from functools import partial

import pytest

from apps.activity.models import AuditEntry
from apps.editing.opened import NAME, Opened
from apps.posts import actions
from apps.posts.models import Post
from tests.clients import StaffClient
from tests.factories import PostFactory, ed, olive
from tests.races import at_once
from tests.sizes import size

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("postgres")]
ROUNDS = size(3, 50)


def at_version_3(by) -> Post:
    post = PostFactory(title="First")
    for title in ("Second", "Third"):
        post.title = title
        actions.save_post(post, by=by, fields=["title"])
    return Post.objects.get(pk=post.pk)


def press(person, post: Post, version: int, token: str):
    client = StaffClient()
    client.force_login(person)
    address = f"/admin/posts/post/{post.pk}/history/{version}/restore/"
    return partial(client.post, address, {NAME: token})


def test_of_two_who_restore_at_once_one_looks_again():
    people = [ed(), olive()]
    for _ in range(ROUNDS):
        post = at_version_3(people[0])
        tokens = [Opened.now(person.pk, "posts.post", post).signed() for person in people]
        buttons = zip(people, (1, 2), tokens, strict=True)
        answers = at_once(*(press(person, post, *button) for person, *button in buttons))
        assert {answer.status_code for answer in answers} == {302}
        assert sorted("?from=" in answer["Location"] for answer in answers) == [False, True]
        assert Post.objects.get(pk=post.pk).version == 4


def test_ten_clicks_at_once_restore_once():
    person = ed()
    for _ in range(ROUNDS):
        post = at_version_3(person)
        token = Opened.now(person.pk, "posts.post", post).signed()
        answers = at_once(*(press(person, post, 1, token) for _ in range(10)))
        addresses = {answer["Location"] for answer in answers}
        assert addresses == {f"/admin/posts/post/{post.pk}/history/"}
        now = Post.objects.get(pk=post.pk)
        assert (now.title, now.version) == ("First", 4)
        assert AuditEntry.objects.filter(object_id=post.pk, source="restore").count() == 1
