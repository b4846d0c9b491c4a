"""The pages with a Redis that hangs or is gone: they answer, and wait for it once."""

import logging
import signal

import pytest

from apps.backoffice import guarded_redis
from apps.posts.models import Post
from tests.factories import CommentFactory, PostFactory, ed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ailing_cache(spare_redis, settings):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    guarded_redis.guard.close()
    yield spare_redis
    guarded_redis.guard.close()


@pytest.fixture
def pages(client):
    client.force_login(ed())
    post = PostFactory()
    comment = CommentFactory(post=post, author=post.author)
    return [
        "/admin/",
        "/admin/posts/post/",
        f"/admin/posts/post/{post.pk}/change/",
        f"/admin/posts/comment/{comment.pk}/change/",
        f"/admin/users/user/{post.author_id}/change/",
    ]


def failures(caplog) -> int:
    return len([r for r in caplog.records if "Redis is not asked" in r.getMessage()])


def test_pages_wait_once_for_a_redis_that_hangs(ailing_cache, client, pages, caplog):
    for page in pages:
        client.get(page)
    assert failures(caplog) == 0
    ailing_cache.process.send_signal(signal.SIGSTOP)
    try:
        with caplog.at_level(logging.WARNING):
            statuses = [client.get(page).status_code for page in pages * 2]
    finally:
        ailing_cache.process.send_signal(signal.SIGCONT)
    assert set(statuses) == {200}
    assert failures(caplog) == 1


def test_pages_answer_without_redis(ailing_cache, client, pages):
    ailing_cache.stop()
    assert {client.get(page).status_code for page in pages} == {200}


def test_a_save_succeeds_without_redis(ailing_cache, client, pages):
    ailing_cache.stop()
    author = Post.objects.get().author_id
    form = {"title": "Typed", "slug": "x", "content": "", "kind": "post", "author": author}
    assert client.post(pages[2], form).status_code == 302
    assert Post.objects.get().title == "Typed"
