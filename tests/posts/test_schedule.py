"""What is published and purged when its time has come."""

import datetime
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.activity import verification
from apps.activity.models import AuditEntry
from apps.backoffice import counts
from apps.editing.opened import NAME, Opened
from apps.operations.actions import claim_job
from apps.operations.models import Schedule
from apps.posts import actions, tasks
from apps.posts.actions import schedule
from apps.posts.models import Comment, Post
from tests.factories import CommentFactory, PostFactory, TagFactory, UserFactory, ed
from tests.operations.jobs import address_of_tests
from tests.operations.processes import Process
from tests.races import PATIENCE_SECONDS, Alongside
from tests.sizes import DUE_POSTS

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WORKERS = 8


def due_post(ago=MINUTE, **fields) -> Post:
    return PostFactory(status="scheduled", publish_at=timezone.now() - ago, **fields)


def due_posts(number: int, ago=MINUTE) -> list[int]:
    author, due = UserFactory(), timezone.now() - ago
    posts = PostFactory.build_batch(number, author=author, status="scheduled", publish_at=due)
    return [post.pk for post in Post.objects.bulk_create(posts)]


def published_at_once(post) -> AuditEntry:
    actions.publish_due_posts(Schedule.objects.get(name="publish_scheduled"))
    return AuditEntry.objects.of_object("posts.post", post.pk).get()


def history_adds_up() -> bool:
    return verification.verify(lambda _: None, lambda _: None).breaks == []


# Publishing


def test_what_is_due_is_published_by_nobody_as_a_version_of_its_own():
    post = due_post(MINUTE)
    entry = published_at_once(post)
    after = Post.objects.get(pk=post.pk)
    assert (after.status, after.version, after.publish_at) == ("published", 2, None)
    assert after.published_at == after.first_published_at
    assert after.updated_at > post.updated_at
    assert (entry.action, entry.source, entry.version) == ("publish", "schedule", 2)
    assert (entry.actor_id, entry.reason) == (None, "")
    assert entry.changes["status"] == ["scheduled", "published"]
    assert history_adds_up()


def test_when_it_was_first_published_stays_known():
    long_ago = timezone.now() - 90 * DAY
    post = due_post(first_published_at=long_ago)
    actions.publish_due_posts()
    after = Post.objects.get(pk=post.pk)
    assert after.first_published_at == long_ago
    assert after.published_at > long_ago


def test_what_is_not_due_stays():
    now = timezone.now()
    stays = [
        PostFactory(status="scheduled", publish_at=now + MINUTE),
        due_post(trashed=True),
        PostFactory(status="review", publish_at=now - MINUTE),
    ]
    assert not actions.publish_due_posts()
    assert set(Post.objects.values_list("version", flat=True)) == {1}
    assert Post.objects.count() == len(stays)


@pytest.mark.parametrize(
    ("finished", "error", "why"),
    [
        (None, "", "no worker was running"),
        (-4 * HOUR, "", "no worker was running"),
        (-HOUR, "DataError: no", "the runs before it failed"),
        (-HOUR, "", "it was in the trash, or being saved"),
    ],
)
def test_what_was_missed_is_published_late_and_said_to_be(finished, error, why):
    post = due_post(3 * HOUR + 5 * MINUTE)
    ended = finished and timezone.now() + finished
    Schedule.objects.filter(name="publish_scheduled").update(finished_at=ended, error=error)
    assert published_at_once(post).reason == f"Published 3 h 5 min late: {why}."


@pytest.mark.parametrize(("minutes", "late"), [(4, 0), (6, 1)])
def test_five_minutes_are_late(minutes, late):
    due_post(minutes * MINUTE)
    assert actions.publish_due_posts() == schedule.Counts(posts=1, late=late)


def test_statements_do_not_grow_with_the_posts():
    for number in (1, 50):
        due_posts(number, 2 * HOUR)
        with CaptureQueriesContext(connection) as queries:
            actions.publish_due_posts()
        # locks with the old values · update · times read back · entries; and a savepoint's two
        assert len(queries) == 6, [query["sql"] for query in queries]


def test_the_job_goes_on_in_batches_and_says_how_many_were_late(monkeypatch):
    monkeypatch.setattr(schedule, "POSTS_PUBLISHED", 5)
    due_posts(7)
    due_posts(5, 2 * HOUR)
    said = list(tasks.publish_scheduled())
    assert [one.text for one in said] == [
        "5 posts published, 5 of them late",
        "10 posts published, 5 of them late",
        "12 posts published, 5 of them late",
    ]
    assert said[-1].notice == "5 posts published late"
    assert list(tasks.publish_scheduled()) == []


def test_lists_count_anew(monkeypatch):
    due_post()
    forgotten = []
    monkeypatch.setattr(counts, "forget", forgotten.append)
    list(tasks.publish_scheduled())
    assert forgotten == [Post]


def test_the_command_does_the_same_by_hand():
    due_posts(2)
    due_posts(1, 2 * HOUR)
    out = StringIO()
    call_command("publish_scheduled", stdout=out)
    call_command("publish_scheduled", stdout=out)
    assert out.getvalue() == "3 posts published, 1 of them late.\nNothing was published.\n"


def every_post_was_published_once(posts: list[int]) -> None:
    chosen = Post.objects.filter(pk__in=posts)
    assert set(chosen.values_list("status", "version")) == {("published", 2)}
    entries = AuditEntry.objects.filter(object_type="posts.post", action="publish")
    assert sorted(entries.values_list("object_id", flat=True)) == sorted(posts)
    assert history_adds_up()


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_publish_each_post_once(postgres, monkeypatch):
    """Eight runs by hand at the same moment: no lease keeps them apart."""
    monkeypatch.setattr(schedule, "POSTS_PUBLISHED", 7)
    posts = due_posts(DUE_POSTS)
    barrier = threading.Barrier(WORKERS)

    def run(_) -> int:
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE_SECONDS)
            total = schedule.Counts()
            while batch := actions.publish_due_posts():
                total += batch
            return total.posts
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        counted = list(pool.map(run, range(WORKERS)))
    assert sum(counted) == DUE_POSTS
    every_post_was_published_once(posts)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_workers_publish_each_post_once():
    """Processes, as operators start them; on SQLite too, where they share one file."""
    posts = due_posts(DUE_POSTS)
    with ExitStack() as stack:
        address = address_of_tests()
        workers = [
            stack.enter_context(Process(address, "worker", "--until-idle")) for _ in range(WORKERS)
        ]
        ends = [worker.wait() for worker in workers]
    assert [code for code, _ in ends] == [0] * WORKERS, ends
    every_post_was_published_once(posts)
    job = Schedule.objects.get(name="publish_scheduled")
    assert job.result == f"{DUE_POSTS} posts published"


@contextmanager
def held(row: Post | Comment) -> Iterator[None]:
    """Somebody else saves the row, and is not done."""
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            type(row).objects.select_for_update(no_key=True).get(pk=row.pk)
            locked.set()
            done.wait(PATIENCE_SECONDS)

    holding = Alongside(hold)
    assert locked.wait(PATIENCE_SECONDS)
    try:
        yield
    finally:
        done.set()
    assert holding.outcome() is None


@pytest.mark.django_db(transaction=True)
def test_a_post_that_somebody_is_saving_is_published_the_next_time(postgres):
    saved, free = due_post(), due_post()
    out = StringIO()
    with held(saved):
        call_command("publish_scheduled", stdout=out)
    assert out.getvalue().startswith("1 post published.\n1 post left for the next run")
    assert Post.objects.get(pk=saved.pk).status == "scheduled"
    call_command("publish_scheduled", stdout=out)
    every_post_was_published_once([saved.pk, free.pk])


def test_what_staff_typed_meanwhile_is_merged_with_the_publication(client):
    editor, post = ed(), due_post(title="Old")
    client.force_login(editor)
    opened = Opened.now(editor.pk, "posts.post", post).signed()
    actions.publish_due_posts()
    form = {
        "title": "Typed", "slug": post.slug, "content": post.content, "kind": "post",
        "author": post.author_id, "category": "", NAME: opened,
    }  # fmt: skip
    answer = client.post(f"/admin/posts/post/{post.pk}/change/", form)
    assert answer.status_code == 302
    after = Post.objects.get(pk=post.pk)
    assert (after.title, after.status, after.version) == ("Typed", "published", 3)
    entries = AuditEntry.objects.of_object("posts.post", post.pk).order_by("id")
    assert list(entries.values_list("source", flat=True)) == ["schedule", "merge"]


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Post.objects.due(), "idx_posts_scheduled"),
        (Post.objects.due(schedule.LATE_AFTER), "idx_posts_scheduled"),
        (Post.objects.trashed_for(schedule.TRASH_KEPT), "idx_posts_trash"),
    ],
)
def test_what_is_asked_every_minute_reads_its_index(postgres, rows, index):
    author = UserFactory()
    for status, number in (("published", 3_000), ("scheduled", 300)):
        Post.objects.bulk_create(PostFactory.build_batch(number, author=author, status=status))
    Post.objects.filter(pk__in=Post.objects.values("pk")[:200]).update(deleted_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE posts")
    plan = rows[:100].explain()
    assert index in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


# The trash


def trashed_post(days: int, **fields) -> Post:
    return PostFactory(deleted_at=timezone.now() - days * DAY, **fields)


def test_after_thirty_days_a_post_goes_with_its_comments_and_leaves_entries():
    old, young, live = trashed_post(31), trashed_post(29), PostFactory()
    old.tags.add(TagFactory())
    comments = CommentFactory.create_batch(3, post=old, body="Is this so?")
    kept = [CommentFactory(post=young), CommentFactory(post=live)]
    assert [one.text for one in tasks.purge_trash()] == ["1 post and 3 comments removed"]
    assert set(Post.objects.all()) == {young, live}
    assert set(Comment.objects.all()) == set(kept)
    entries = AuditEntry.objects.all()
    assert {(one.action, one.source, one.version, one.actor_id) for one in entries} == {
        ("purge", "schedule", None, None)
    }
    assert {(one.object_type, one.object_id, one.object_label) for one in entries} == {
        ("posts.post", old.pk, old.title),
        *(("posts.comment", comment.pk, "Is this so?") for comment in comments),
    }
    assert history_adds_up()


def test_a_post_of_many_comments_goes_in_batches_and_its_count_follows(monkeypatch):
    monkeypatch.setattr(schedule, "COMMENTS_PURGED", 4)
    post = trashed_post(31, comment_count=6)
    CommentFactory.create_batch(6, post=post, status="approved")
    assert actions.purge_trashed_posts() == schedule.Counts(comments=4)
    # Somebody may take it out of the trash at this moment.
    assert Post.objects.get(pk=post.pk).comment_count == 2
    assert [one.text for one in tasks.purge_trash()] == ["1 post and 2 comments removed"]
    assert list(tasks.purge_trash()) == []


def test_purging_costs_the_same_however_much_goes(postgres):
    for posts, comments in ((1, 1), (20, 5)):
        for post in [trashed_post(31) for _ in range(posts)]:
            CommentFactory.create_batch(comments, post=post)
        with CaptureQueriesContext(connection) as queries:
            assert actions.purge_trashed_posts().posts == posts
        # posts · comments · their entries · gone · bare posts · their entries · keys · tags,
        # comments and posts gone; the marks of their days 2; and a savepoint’s two
        assert len(queries) == 14, [query["sql"] for query in queries]


@pytest.mark.django_db(transaction=True)
def test_a_comment_that_somebody_moderates_keeps_its_post_till_the_next_run(postgres):
    post = trashed_post(31)
    moderated, _ = CommentFactory.create_batch(2, post=post)
    with held(moderated):
        first = [one.text for one in tasks.purge_trash()]
    assert first == ["0 posts and 1 comment removed"]
    assert [one.text for one in tasks.purge_trash()] == ["1 post and 1 comment removed"]


# What staff see of it


def home(client, who) -> str:
    client.force_login(who)
    return client.get("/admin/").content.decode()


@pytest.fixture
def _worker_runs():
    Schedule.objects.update(started_at=timezone.now(), finished_at=timezone.now())


@pytest.mark.usefixtures("_worker_runs")
@pytest.mark.parametrize("name", ["olive", "ed", "otto"])
def test_home_says_nothing_while_all_is_well(client, name):
    from tests import factories

    due_post(MINUTE)
    shown = home(client, getattr(factories, name)())
    assert "Needs attention" not in shown


@pytest.mark.parametrize(("name", "opens"), [("olive", True), ("ed", True), ("otto", False)])
def test_home_names_what_was_missed_and_says_why(client, name, opens):
    from tests import factories

    post = due_post(3 * HOUR + 5 * MINUTE, title="Storm <Ylva>")
    Schedule.objects.update(finished_at=timezone.now() - 3 * HOUR)
    shown = home(client, getattr(factories, name)())
    assert "1 post should have been published" in shown
    assert "No worker has run since" in shown
    assert "Start manage.py worker." in shown
    assert "Storm &lt;Ylva&gt;" in shown
    assert "3 h 5 min ago" in shown
    assert (f"/admin/posts/post/{post.pk}/change/" in shown) == opens


@pytest.mark.parametrize("name", ["wren", "maud", "rory", "mallory"])
def test_others_are_not_alarmed(client, name):
    from tests import factories

    due_post(3 * HOUR)
    assert "Needs attention" not in home(client, getattr(factories, name)())


@pytest.mark.usefixtures("_worker_runs")
def test_home_says_that_the_job_fails_or_is_held_up(client):
    due_post(HOUR)
    assert "Somebody is saving them" in home(client, ed())
    Schedule.objects.filter(name="publish_scheduled").update(error="DataError: no <row>")
    assert "fails: DataError: no &lt;row&gt;" in home(client, ed(email="ed2@example.com"))


def test_an_editor_learns_that_no_worker_runs_before_anything_is_missed(client):
    Schedule.objects.update(finished_at=timezone.now() - HOUR)
    assert "No worker has run since" in home(client, ed())


@pytest.mark.usefixtures("_worker_runs")
def test_what_was_late_is_named_for_a_day(client):
    due_posts(3, 2 * HOUR)
    from apps.operations.running import run_job

    Schedule.objects.filter(name="publish_scheduled").update(next_run=timezone.now() - DAY)
    run_job(claim_job("worker"), lambda: True)
    assert "3 posts published late" in home(client, ed())
    Schedule.objects.update(notice_at=timezone.now() - 25 * HOUR)
    assert "published late" not in home(client, ed(email="ed2@example.com"))


def test_home_costs_the_same_however_much_was_missed(client):
    client.force_login(ed())
    numbers = []
    for number in (1, 30):
        due_posts(number, HOUR)
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        numbers.append(len(queries))
    # The count is asked for once there is more than is shown.
    assert numbers[1] == numbers[0] + 1
