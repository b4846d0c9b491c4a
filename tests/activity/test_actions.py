import pytest
import structlog
from django.db import IntegrityError, transaction

from apps.activity import actions
from apps.activity.actions import NoTransaction, Source, record, record_many
from apps.activity.changes import Change
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.posts import actions as posts
from apps.posts.models import Post
from tests.factories import PostFactory, UserFactory, ed, olive

pytestmark = pytest.mark.django_db


def change(version: int = 2, object_id: int = 1, **changes) -> Change:
    return Change("posts.post", object_id, "Harbour", version, changes)


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_recorded():
    with pytest.raises(NoTransaction):
        record(change(), "change", by=None)
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_entry():
    post, by = PostFactory(title="Old"), ed()
    post.title = "New"

    def save_and_fail():
        with transaction.atomic():
            posts.save_post(post, by=by, fields=["title"])
            assert AuditEntry.objects.count() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        save_and_fail()
    assert not AuditEntry.objects.exists()
    assert Post.objects.get(pk=post.pk).title == "Old"


@pytest.mark.parametrize("listener_fails", [False, True])
@pytest.mark.django_db(transaction=True)
def test_listeners_see_the_entries_before_the_commit(monkeypatch, listener_fails):
    heard = []

    def listen(entries):
        assert transaction.get_connection().in_atomic_block
        heard.extend((entry.pk, entry.object_id, entry.at is not None) for entry in entries)
        if listener_fails:
            raise RuntimeError

    monkeypatch.setattr(actions, "_listeners", [])
    actions.listen(listen)
    objects, by = [PostFactory(), PostFactory()], ed()
    if listener_fails:
        with pytest.raises(RuntimeError):
            posts.publish_posts(Post.objects.all(), by=by)
    else:
        posts.publish_posts(Post.objects.all(), by=by)
    assert [heard_id for _, heard_id, _ in heard] == [one.pk for one in objects]
    assert all(pk is not None and has_time for pk, _, has_time in heard)
    assert AuditEntry.objects.count() == (0 if listener_fails else 2)


def test_the_request_is_known_by_its_id():
    with structlog.contextvars.bound_contextvars(request_id="abc-1"):
        assert record(change(), "change", by=None).request_id == "abc-1"
    assert record(change(3), "change", by=None).request_id == ""


def test_a_page_and_its_entry_carry_the_same_id(client):
    client.force_login(ed())
    data = {"name": "Sea", "slug": "sea", "position": "0"}
    answer = client.post("/admin/posts/category/add/", data)
    assert answer.status_code == 302
    assert AuditEntry.objects.get().request_id == answer["X-Request-ID"]


def test_the_origin_is_said_once_around_a_write():
    post, by = PostFactory(), ed()
    with origin(source=Source.COMMAND, reason="Spring"), origin(operation_id=409):
        posts.publish_posts(Post.objects.all(), by=by)
    posts.archive_post(post, by=by)
    found = AuditEntry.objects.order_by("id").values_list("source", "reason", "operation_id")
    assert list(found) == [("command", "Spring", 409), ("edit", "", None)]


def test_a_submission_counts_once():
    known = {"by": olive(), "submission": "key:digest"}
    entries = record_many([change(2, 1), change(2, 2)], "change", **known)
    assert [entry.submission for entry in entries] == ["key:digest", None]
    with pytest.raises(IntegrityError), transaction.atomic():
        record(change(3, 1), "change", **known)


def test_a_version_has_one_entry():
    record(change(2), "change", by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        record(change(2), "change", by=None)
    # What makes no version may come as often as it likes.
    record(change(None), "note", by=None)
    record(change(None), "note", by=None)


@pytest.mark.parametrize("count", [2, 60])
def test_a_set_of_entries_is_written_in_one_statement(count, django_assert_num_queries, postgres):
    by = olive()
    with django_assert_num_queries(1):
        record_many([change(2, number) for number in range(count)], "change", by=by)


def test_a_long_label_is_cut():
    entry = record(Change("posts.post", 1, "x" * 300, 2), "change", by=UserFactory(name="y" * 100))
    assert (len(entry.object_label), len(entry.actor_label)) == (200, 100)


def test_an_object_may_have_a_reason_of_its_own():
    late = Change("posts.post", 1, "Harbour", 2, {}, reason="Three hours late")
    with origin(reason="Spring cleaning"), transaction.atomic():
        first, second = record_many([late, change(object_id=2)], "publish", by=None)
    assert (first.reason, second.reason) == ("Three hours late", "Spring cleaning")
