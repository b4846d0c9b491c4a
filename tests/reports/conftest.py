"""Busy days for every report: so many rows of each kind, in the days before today."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.backoffice import guarded_redis
from apps.editing.models import PendingEdit
from apps.posts.models import Comment, Post
from apps.reports.answers import Result, read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from apps.reports.rollups.refresh import refresh, reopen
from apps.reports.rollups.state import MARGIN
from apps.users.models import User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    UserFactory,
)


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
def yesterday_is_closed() -> Iterator[None]:
    """So it is from an hour after midnight on: in that hour the tests are a little ahead."""
    now, ahead = timezone.now(), MARGIN + timedelta(minutes=1)
    if (now - ahead).date() == now.date():
        yield
        return
    with time_machine.travel(now + ahead):
        yield


@pytest.fixture
def ask():
    """`ask("comments", october(5, 8), "week")`: the result of each table, by its name."""

    def asked(slug: str, period: Period, granularity: str = "day", **filters) -> dict[str, Result]:
        question = Question(period, granularity, filters)
        return read(report_for(slug), question, compare=True, person_id=None)[0]

    return asked


@pytest.fixture
def october():
    """`october(5, 8)`: the days from the 5th to the 8th of October 2026; 0 is before the 1st."""

    def days(first: int, last: int) -> Period:
        start = date(2026, 9, 30)
        return Period(start + timedelta(days=first), start + timedelta(days=last + 1))

    return days


@pytest.fixture
def at():
    """`at(5, 13)`: a moment of October 2026, in UTC."""

    def moment(day: int, hour: int = 12, minute: int = 0) -> datetime:
        return datetime(2026, 9, 30, hour, minute, tzinfo=UTC) + timedelta(days=day)

    return moment


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
        said = ["approved", "pending", "spam", "removed"]
        comments = [
            CommentFactory.build(
                post=post,
                created_at=moment,
                status=said[n % 4],
                moderated_at=moment + timedelta(hours=1) if n % 4 else None,
            )
            for n, (post, moment) in enumerate(zip(posts, moments, strict=True))
        ]
        Comment.objects.bulk_create(comments)
        edit_posts(posts, moments)
        reopen(None)
        for _ in refresh():
            pass

    return fill


def edit_posts(posts, moments) -> None:
    """By five people: each post saved once, every third merged by hand, every third still kept."""
    staff = [post.author for post in posts[:5]]
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_id=staff[n % 5].pk,
            action="change",
            object_type="posts.post",
            object_id=post.pk,
            source="merge" if n % 3 == 1 else "edit",
            at=moment,
        )
        for n, (post, moment) in enumerate(zip(posts, moments, strict=True))
    )
    PendingEdit.objects.bulk_create(
        PendingEditFactory.build(
            user=staff[n % 5],
            object_id=post.pk,
            submission=f"busy {post.pk}",
            created_at=moment,
            resolution="merged" if n % 3 == 1 else None,
            resolved_at=moment if n % 3 == 1 else None,
        )
        for n, (post, moment) in enumerate(zip(posts, moments, strict=True))
        if n % 3
    )
