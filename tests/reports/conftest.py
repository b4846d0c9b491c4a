"""Busy days for every report: so many rows of each kind, in the days before today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.backoffice import guarded_redis
from apps.posts.models import Comment, Post
from apps.users.models import User
from tests.factories import CategoryFactory, CommentFactory, PostFactory, UserFactory


@pytest.fixture(autouse=True)
def patient_guard(monkeypatch):
    """A busy machine may be slow without being ill."""
    monkeypatch.setattr(guarded_redis, "SLOW_SECONDS", 5)
    guarded_redis.guard.close()


@pytest.fixture(autouse=True)
def _read_from_the_tables(monkeypatch) -> None:
    """Figures are checked on rows that nobody has refreshed anything for. That what is kept is
    the same is proved in `rollups/`, where this does not hold.
    """
    monkeypatch.setattr("apps.reports.rollups.reading.LIVE_DAYS", 100_000)


@pytest.fixture
def busy(db):
    """`busy(10)`: ten more people, posts and comments within the last three weeks."""

    def fill(number: int) -> None:
        category = CategoryFactory()
        made = User.objects.count()
        moments = [timezone.now() - timedelta(hours=n * 500 / number) for n in range(number)]
        people = [
            UserFactory.build(
                email=f"busy{made + n}@example.com", password="!", created_at=moment, region="North"
            )
            for n, moment in enumerate(moments)
        ]
        people = User.objects.bulk_create(people)
        kinds = ["published", "draft", "review", "scheduled", "archived"]
        posts = [
            PostFactory.build(
                author=person,
                category=category,
                created_at=moment,
                status=kinds[n % 5],
                comment_count=1,
            )
            for n, (person, moment) in enumerate(zip(people, moments, strict=True))
        ]
        posts = Post.objects.bulk_create(posts)
        comments = [
            CommentFactory.build(post=post, created_at=moment, status="approved")
            for post, moment in zip(posts, moments, strict=True)
        ]
        Comment.objects.bulk_create(comments)

    return fill
