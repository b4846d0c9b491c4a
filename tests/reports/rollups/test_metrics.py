"""Each metric against a few rows counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.reports.models import AuthorDay, AuthorTotal
from apps.reports.rollups.durations import BUCKETS, bucket, median
from apps.reports.rollups.metrics import METRICS
from apps.reports.rollups.metrics.people import ACTIVE, COHORT, NEW_CONTRIBUTORS
from apps.reports.rollups.reading import daily
from apps.reports.rollups.refresh import refresh
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture(autouse=True)
def _soon_after():
    """Each day from the first row to today is computed."""
    with time_machine.travel(datetime(2026, 6, 2, 12, tzinfo=UTC)):
        yield


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of May 2026."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def may(metric, dimension: str = "") -> dict:
    """What is kept of the month: (day, key) or, without a dimension, day → number."""
    for _ in refresh():
        pass
    metric = METRICS.get(metric, metric)
    found = daily(metric, dimension, start=MAY[0], end=MAY[1])
    if dimension:
        return {(row.day.day, row.key): row.value for row in found}
    return {row.day.day: row.value for row in found}


def entry(action: str, moment: datetime, **fields) -> AuditEntry:
    known = {"object_type": "posts.post", "object_id": 1, "source": "edit", "actor_id": 7}
    return AuditEntry.objects.create(action=action, at=moment, **(known | fields))


def test_posts_created():
    harbour = CategoryFactory()
    PostFactory(created_at=at(4, 0), category=harbour)
    PostFactory(created_at=at(4, 23, 59), kind="page")
    PostFactory(created_at=at(5, 0), category=harbour, status="published")
    PostFactory(created_at=at(5), trashed=True)
    assert may("posts.created") == {4: 2, 5: 1}
    key = str(harbour.pk)
    assert may("posts.created", "category") == {(4, key): 1, (4, ""): 1, (5, key): 1}
    assert may("posts.created", "kind") == {(4, "post"): 1, (4, "page"): 1, (5, "post"): 1}


def test_posts_submitted_and_published():
    PostFactory(status="review", created_at=at(1), submitted_at=at(2))
    PostFactory(status="published", created_at=at(1), submitted_at=at(2), published_at=at(3))
    PostFactory(status="archived", created_at=at(1), published_at=at(3))
    assert may("posts.submitted") == {2: 2}
    assert may("posts.published") == {3: 1}


def test_steps_that_only_entries_know():
    entry("schedule", at(2), object_id=1)
    entry("schedule", at(2), object_id=2)
    entry("archive", at(3), object_id=1)
    entry("archive", at(3), object_type="other.thing")
    assert may("posts.scheduled") == {2: 2}
    assert may("posts.archived") == {3: 1}


def test_time_from_draft_to_publication():
    out = {"first_published_at": [None, "2026-05-03T12:00:00+00:00"]}
    entry("create", at(1), version=1, object_id=1)
    entry("publish", at(3), version=2, object_id=1, changes=out)
    # Published again, which is not the first time; and one whose beginning nobody recorded.
    entry("publish", at(4), version=4, object_id=1, changes={"status": ["archived", "published"]})
    entry("publish", at(4), version=2, object_id=2, changes=out)
    assert may("posts.time_to_publish", "took") == {(3, str(48 * 3600)): 1}


def test_time_to_the_first_comment():
    post = PostFactory(status="published", published_at=at(5, 10), comment_count=2)
    CommentFactory(post=post, status="approved", created_at=at(5, 14))
    CommentFactory(post=post, status="approved", created_at=at(5, 11, 40))
    CommentFactory(post=post, status="spam", created_at=at(5, 10, 1))
    # Imported with an older comment: it took no time.
    old = PostFactory(status="published", published_at=at(6), comment_count=1)
    CommentFactory(post=old, status="approved", created_at=at(4))
    assert may("posts.time_to_first_comment", "took") == {(5, "5400"): 1, (6, "0"): 1}


def test_the_most_commented_of_a_day(monkeypatch):
    monkeypatch.setattr("apps.reports.rollups.metrics.posts.BEST", 2)
    posts = [
        PostFactory(status="published", published_at=at(7), comment_count=count)
        for count in (3, 5, 3, 0)
    ]
    PostFactory(status="archived", published_at=at(7), comment_count=9)
    later = PostFactory(status="published", published_at=at(8), comment_count=1)
    # Of equals the later one.
    assert may("posts.most_commented", "post") == {
        (7, str(posts[1].pk)): 5,
        (7, str(posts[2].pk)): 3,
        (8, str(later.pk)): 1,
    }


def test_comments_received(settings):
    CommentFactory(created_at=at(4, 9), status="approved")
    CommentFactory(created_at=at(4, 9, 59), status="pending")
    CommentFactory(created_at=at(4, 22), status="spam", trashed=True)
    CommentFactory(created_at=at(4, 22, 30), status="spam")
    assert may("comments.received") == {4: 3}
    assert may("comments.received", "status") == {
        (4, "approved"): 1,
        (4, "pending"): 1,
        (4, "spam"): 1,
    }
    assert may("comments.received", "hour") == {(4, "9"): 2, (4, "22"): 1}
    # In Copenhagen 22:30 is the next day, an hour and a half past midnight in May being 00:30.
    settings.TIME_ZONE = "Europe/Copenhagen"
    assert may("comments.received", "hour") == {(4, "11"): 2, (5, "0"): 1}


def test_time_until_a_comment_is_handled():
    CommentFactory(created_at=at(4), moderated_at=at(4, 12, 1), status="approved")
    CommentFactory(created_at=at(4), moderated_at=at(6), status="removed")
    CommentFactory(created_at=at(4))
    assert may("comments.time_to_handle", "took") == {(4, "60"): 1, (4, str(48 * 3600)): 1}


def test_accounts_made():
    UserFactory(created_at=at(4), region="North")
    UserFactory(created_at=at(4), region="South", is_active=False, email_verified=True)
    UserFactory(created_at=at(4), deleted_at=at(5))
    assert may("people.signed_up") == {4: 2}
    standings = {(4, "active unverified"): 1, (4, "inactive verified"): 1}
    assert may("people.signed_up", "standing") == standings
    assert may("people.signed_up", "region") == {(4, "North"): 1, (4, "South"): 1}
    assert may("people.signed_up", "standing region") == {
        (4, "active unverified North"): 1,
        (4, "inactive verified South"): 1,
    }


def test_what_staff_did():
    entry("publish", at(4))
    entry("publish", at(4), source="merge", actor_id=8)
    entry("trash", at(4), object_type="posts.comment", source="bulk")
    entry("publish", at(4), source="schedule", actor_id=None)
    assert may("staff.actions") == {4: 3}
    assert may("staff.actions", "actor") == {(4, "7"): 2, (4, "8"): 1}
    assert may("staff.actions", "what") == {
        (4, "posts.post publish"): 2,
        (4, "posts.comment trash"): 1,
    }
    assert may("staff.actions", "actor action")[4, "8 publish"] == 1
    assert may("edits.saved") == {4: 2}
    assert may("edits.merged") == {4: 1}


def test_edits_that_waited(settings):
    """They are removed after a month, so what is kept of older days stays as it is."""
    today = datetime.now(UTC).replace(hour=12)
    kept = today - timedelta(days=3)
    one = PendingEditFactory(cause="conflict", created_at=kept)
    PendingEditFactory(cause="conflict", created_at=kept)
    PendingEdit.objects.filter(pk=one.pk).update(
        resolution="merged", resolved_at=kept + timedelta(days=1)
    )
    for _ in refresh():
        pass
    start, end = kept.date(), today.date()

    def numbers(name, dimension=""):
        found = daily(METRICS[name], dimension, start=start, end=end)
        return [(row.day - start).days for row in found], [row.value for row in found]

    assert numbers("edits.pending") == ([0], [2])
    assert numbers("edits.merged_by_hand") == ([1], [1])


@pytest.fixture
def people():
    """Ann joined in April, Bo in May; Cy's only post is in the trash."""
    ann = UserFactory(created_at=datetime(2026, 4, 3, tzinfo=UTC), region="North")
    bo, cy = (UserFactory(created_at=at(2), region="South") for _ in range(2))
    post = PostFactory(
        author=ann, created_at=at(4), status="published", published_at=at(6), comment_count=2
    )
    PostFactory(author=ann, created_at=at(4))
    CommentFactory(post=post, author=ann, author_name="", created_at=at(12), status="approved")
    CommentFactory(post=post, author=bo, author_name="", created_at=at(12), status="approved")
    CommentFactory(post=post, created_at=at(13))
    PostFactory(author=cy, created_at=at(5), trashed=True)
    return ann, bo


def test_who_wrote(people):
    # 4 and 11 May 2026 are Mondays.
    assert may(ACTIVE) == {4: 1, 12: 2}
    assert may(ACTIVE, "week") == {(4, ""): 1, (11, ""): 2}
    assert may(ACTIVE, "month") == {(1, ""): 2}
    assert may(COHORT, "month") == {(1, "2026-04-01"): 1, (1, "2026-05-01"): 1}
    assert may(NEW_CONTRIBUTORS) == {4: 1, 12: 1}
    assert may(NEW_CONTRIBUTORS, "region") == {(4, "North"): 1, (12, "South"): 1}


def test_what_each_has_done(people):
    ann, bo = people
    may(ACTIVE)
    days = AuthorDay.objects.values_list("day", "author", "posts", "comments", "written")
    assert sorted((day.day, *rest) for day, *rest in days) == [
        (4, ann.pk, 0, 0, 2),
        (6, ann.pk, 1, 2, 0),
        (12, ann.pk, 0, 0, 1),
        (12, bo.pk, 0, 0, 1),
    ]
    totals = AuthorTotal.objects.order_by("pk")
    assert list(totals.values_list("pk", "region", "posts", "comments", "first_day")) == [
        (ann.pk, "North", 1, 2, date(2026, 5, 4)),
        (bo.pk, "South", 0, 0, date(2026, 5, 12)),
    ]


def test_a_time_is_in_the_bucket_that_it_has_reached():
    assert [bucket(timedelta(seconds=s)) for s in (-5, 0, 29.9, 30, 3600)] == [
        "0", "0", "0", "30", "3600",
    ]  # fmt: skip
    assert bucket(timedelta(days=4_000)) == str(BUCKETS[-1])
    assert list(BUCKETS) == sorted(set(BUCKETS))


def test_the_median_of_buckets():
    assert median({}) is None
    # Between one and two minutes, in the middle of which half of them lie.
    assert median({"60": 4}) == 90
    assert median({"0": 1, "60": 2, "3600": 1}) == 90
    assert median({str(BUCKETS[-1]): 1}) == 1.5 * BUCKETS[-1]
