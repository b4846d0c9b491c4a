"""Which days a write marks, and what marking costs."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.activity.actions import copied
from apps.backoffice.progress import Report
from apps.editing.actions import keep_edit
from apps.editing.opened import Opened
from apps.posts import actions as posts
from apps.posts.importing.entries import record_import
from apps.posts.models import Comment, Post
from apps.posts.seeding.load import seed
from apps.posts.seeding.plan import Plan
from apps.reports.models import DirtyDay
from apps.reports.rollups.days import today
from apps.users import actions as users
from apps.users.models import User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    UserFactory,
    olive,
)

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 12) -> datetime:
    """A moment of May 2026."""
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def rows(*objects):
    return type(objects[0]).objects.filter(pk__in=[one.pk for one in objects])


@pytest.fixture
def by():
    return olive()


@pytest.fixture
def marked():
    """The days of May that what is done inside has marked, each as often as it was."""

    def of(act) -> list[int]:
        DirtyDay.objects.all().delete()
        act()
        days = DirtyDay.objects.order_by("day").values_list("day", flat=True)
        assert all((day.year, day.month) == (2026, 5) for day in days), list(days)
        return [day.day for day in days]

    return of


def a_post(**fields):
    known = {"status": "published"}
    known |= {"created_at": at(4), "submitted_at": at(5), "published_at": at(6)}
    return PostFactory(**(known | fields))


def save(post, by, **values):
    for name, value in values.items():
        setattr(post, name, value)
    posts.save_post(post, by=by, fields=list(values))


def test_what_no_metric_reads_marks_nothing_and_costs_nothing(by, marked):
    post = a_post()
    with CaptureQueriesContext(connection) as queries:
        days = marked(lambda: save(post, by, title="New", content="Other.", slug="new"))
    assert days == []
    assert not any("INTO reports_dirtyday" in query["sql"] for query in queries)


@pytest.mark.parametrize("change", ["author", "category", "kind"])
def test_what_a_post_is_told_apart_by_marks_all_its_days(by, marked, change):
    value = {"author": UserFactory, "category": CategoryFactory, "kind": lambda: "page"}[change]()
    post = a_post()
    assert marked(lambda: save(post, by, **{change: value})) == [4, 5, 6]


def test_a_trashed_restored_or_purged_post_is_missing_on_all_its_days(by, marked):
    post = a_post()
    assert marked(lambda: posts.move_post_to_trash(post, by=by)) == [4, 5, 6]
    assert marked(lambda: posts.restore_post(post, by=by)) == [4, 5, 6]
    Post.objects.filter(pk=post.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    assert marked(posts.purge_trashed_posts) == [4, 5, 6]


def test_a_purged_comment_marks_its_day(by, marked):
    post = a_post(deleted_at=timezone.now() - timedelta(days=31))
    CommentFactory(post=post, created_at=at(9))
    assert set(marked(posts.purge_trashed_posts)) == {4, 5, 6, 9}


def test_a_post_published_no_longer_is_missing_on_that_day(by, marked):
    assert marked(lambda: posts.archive_post(a_post(), by=by)) == [4, 5, 6]
    # From the archive back to draft: it is submitted no longer either.
    post = a_post(status="archived")
    assert marked(lambda: posts.return_post_to_draft(post, by=by)) == [5, 6]
    # Published anew: on another day.
    post = a_post(status="archived")
    assert marked(lambda: posts.publish_post(post, by=by)) == [6]


def test_an_edit_that_is_kept_anew_is_missing_on_the_day_it_was_kept_first(by, marked):
    edit = PendingEditFactory(user=by, object_id=1, created_at=at(9))
    opened = Opened.now(by.pk, edit.object_type, pending_id=edit.pk)
    assert marked(lambda: keep_edit(opened, {}, submission="again", cause="lock")) == [9]
    assert marked(lambda: keep_edit(opened, {}, submission="and again", cause="lock")) == []


def test_steps_of_today_mark_nothing(by, marked):
    post = PostFactory(created_at=at(4))
    with CaptureQueriesContext(connection) as queries:
        assert marked(lambda: posts.submit_post(post, by=by)) == []
        assert marked(lambda: posts.publish_post(post, by=by)) == []
    assert not any("INTO reports_dirtyday" in query["sql"] for query in queries)
    assert marked(lambda: posts.create_post(Post(title="New", author=by), by=by)) == []


def test_a_comment_marks_its_day_and_that_of_its_post(by, marked):
    comment = CommentFactory(post=a_post(), created_at=at(9))
    assert marked(lambda: posts.approve_comments(rows(comment), by=by)) == [6, 9]
    assert marked(lambda: posts.move_comments_to_trash(rows(comment), by=by)) == [6, 9]


def test_a_comment_moved_marks_both_posts(by, marked):
    comment = CommentFactory(post=a_post(created_at=at(1), submitted_at=None), created_at=at(9))
    other = a_post(published_at=at(8))

    def move():
        comment.post = other
        posts.save_comment(comment, by=by, fields=["post"])

    assert {6, 8, 9} <= set(marked(move))


def test_the_words_of_a_comment_mark_nothing(by, marked):
    comment = CommentFactory(post=a_post(), created_at=at(9))
    comment.body = "Other words."
    assert marked(lambda: posts.save_comment(comment, by=by, fields=["body"])) == []


def test_an_account_marks_the_day_it_was_made(by, marked):
    user = UserFactory(created_at=at(2))
    everyone = User.objects.filter(pk=user.pk)
    assert marked(lambda: users.deactivate_users(everyone, by=by)) == [2]
    assert marked(lambda: users.change_user(user, {"region": "North"}, by=by)) == [2]
    assert marked(lambda: users.change_user(user, {"email_verified": True}, by=by)) == [2]
    # Another address is not verified.
    assert marked(lambda: users.change_user(user, {"email": "nell@example.com"}, by=by)) == [2]
    assert marked(lambda: users.change_user(user, {"name": "Nell"}, by=by)) == []
    assert marked(lambda: users.trash_users(everyone, by=by)) == [2]


def test_an_import_marks_the_days_of_its_rows(marked):
    comment = CommentFactory(post=a_post(), created_at=at(9))
    assert marked(lambda: record_import([comment.post, a_post(created_at=at(3))])) == [3, 4, 5, 6]
    assert marked(lambda: record_import([comment])) == [6, 9]


def test_a_set_marks_each_day_once_in_one_statement(by, marked):
    many = [a_post(created_at=at(4, hour)) for hour in range(10)]
    with CaptureQueriesContext(connection) as queries:
        assert marked(lambda: posts.move_posts_to_trash(rows(*many), by=by)) == [4, 5, 6]
    assert sum("INTO reports_dirtyday" in query["sql"] for query in queries) == 1


def test_a_day_is_that_of_the_site(by, marked, settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    post = a_post(created_at=at(4, 22), submitted_at=None, published_at=at(6, 21))
    # 22:00 in UTC is midnight there: the 5th.
    assert marked(lambda: posts.move_post_to_trash(post, by=by)) == [5, 6]
    archived = a_post(status="archived", submitted_at=None, published_at=at(6, 22))
    assert marked(lambda: posts.return_post_to_draft(archived, by=by)) == [7]


def test_what_was_today_when_it_was_written_is_marked_tomorrow(by, marked):
    post = posts.create_post(PostFactory.build(author=by, created_at=timezone.now()), by=by)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        posts.move_post_to_trash(post, by=by)
        assert list(DirtyDay.objects.values_list("day", flat=True)) == [today() - timedelta(days=1)]


def test_a_change_that_is_taken_back_leaves_no_mark(by):
    post = a_post()
    with transaction.atomic():
        posts.move_post_to_trash(post, by=by)
        assert DirtyDay.objects.exists()
        transaction.set_rollback(True)
    assert not DirtyDay.objects.exists()


def test_rows_by_copy_mark_their_whole_time(marked):
    assert marked(lambda: copied(at(29), at(31))) == [29, 30, 31]
    DirtyDay.objects.all().delete()
    copied(timezone.now() - timedelta(days=2), timezone.now() + timedelta(days=70))
    days = DirtyDay.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [today() - timedelta(days=2), today() - timedelta(days=1)]


def test_seeding_announces_its_two_years():
    until = datetime(2026, 1, 1, tzinfo=UTC)
    with Report(StringIO(), quiet=True) as report:
        seed(Plan(users=5, posts=20, comments=20, seed=1, until=until), report)
    days = set(DirtyDay.objects.values_list("day", flat=True))
    assert min(days) == date(2024, 1, 2)
    assert max(days) >= date(2025, 12, 31)
    written = {post.created_at.date() for post in Post.objects.all()}
    written |= {comment.created_at.date() for comment in Comment.objects.all()}
    assert written <= days
