"""One author's page, against figures counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.activity.models import AuditEntry
from apps.reports.answers import read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from tests import factories
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
ADDRESS = "/admin/reports/author/"
# It is over all time; a question has some period all the same.
ANY = Period(date(2026, 10, 1), date(2026, 10, 2))


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def ask(person=None) -> dict[str, list]:
    filters = {"author": person.pk} if person else {}
    question = Question(ANY, filters=filters)
    results, _ = read(report_for("author"), question, compare=False, person_id=None)
    return {name: result.rows for name, result in results.items()}


def entry(person, number: int, **fields) -> AuditEntry:
    fields = {"action": "publish", "object_type": "posts.post", "object_label": "Harbour"} | fields
    return AuditEntry.objects.create(
        actor_id=person.pk, object_id=1, source="edit", version=number, at=at(number), **fields
    )


@pytest.fixture
def ann():
    """Three posts of hers count: published with 4 and 1 comments, a draft; one is in the trash."""
    ann = UserFactory(name="Ann", region="North", points=70)
    for day, status, comments in ((3, "published", 4), (5, "published", 1), (9, "draft", 0)):
        PostFactory(author=ann, title=f"Of day {day}", created_at=at(day), status=status,
                    comment_count=comments)  # fmt: skip
    PostFactory(author=ann, created_at=at(12), trashed=True, comment_count=9)
    PostFactory(author__name="Bo", created_at=at(10), status="published", comment_count=7)
    return ann


def test_figures(ann):
    [row] = ask(ann)[""]
    assert (row.id, row.name, row.region, row.points) == (ann.pk, "Ann", "North", 70)
    assert (row.posts, row.published, row.comments) == (3, 2, 5)
    assert row.comments_per_post == pytest.approx(5 / 3)
    assert (row.first_post, row.last_post) == (at(3), at(9))


def test_somebody_who_has_written_nothing():
    idle = UserFactory(name="Idle")
    found = ask(idle)
    [row] = found[""]
    assert (row.posts, row.published, row.comments, row.comments_per_post) == (0, 0, 0, None)
    assert (row.first_post, row.last_post) == (None, None)
    assert found["posts"] == found["comments"] == found["entries"] == []


def test_nobody_has_written():
    assert ask() == {"": [], "posts": [], "comments": [], "entries": []}


def test_whoever_wrote_last_if_nobody_is_chosen(ann):
    found = ask()
    assert [row.name for row in found[""]] == ["Bo"]
    assert [row.comments for row in found["posts"]] == [7]


def test_his_latest_twenty_posts():
    ann = UserFactory()
    for day in range(1, 23):
        PostFactory(author=ann, title=f"Of day {day}", created_at=at(day))
    PostFactory(created_at=at(30))
    rows = ask(ann)["posts"]
    assert [row.title for row in rows] == [f"Of day {day}" for day in range(22, 2, -1)]
    assert rows[0].status == "Draft"


def test_five_comments_of_each_post_the_newest_first():
    ann, cy = UserFactory(), UserFactory(name="Cy")
    old = PostFactory(author=ann, created_at=at(1), title="Old")
    new = PostFactory(author=ann, created_at=at(2), title="New")
    for day in range(3, 10):
        CommentFactory(post=old, body=f"Said on {day}", created_at=at(day), status="approved")
    CommentFactory(post=new, author=cy, author_name="", body="Mine", created_at=at(4))
    CommentFactory(post=new, created_at=at(5), trashed=True)
    found = [(row.post, row.comment, row.written_by, row.status) for row in ask(ann)["comments"]]
    assert found == [
        ("New", "Mine", "Cy", "Pending"),
        *(("Old", f"Said on {day}", "K. Dahl", "Approved") for day in (9, 8, 7, 6, 5)),
    ]


def test_his_latest_twenty_entries(ann):
    other = UserFactory()
    for number in range(1, 23):
        entry(ann, number)
    entry(other, 25)
    rows = ask(ann)["entries"]
    assert [row.at for row in rows] == [at(number) for number in range(22, 2, -1)]
    assert (rows[0].done, rows[0].kind, rows[0].label) == ("Published", "post", "Harbour")


def test_of_what_is_no_more_the_type_is_named(ann):
    entry(ann, 1, action="melt_down", object_type="posts.poll")
    [row] = ask(ann)["entries"]
    assert (row.done, row.kind) == ("Melt down", "posts.poll")


# The page


@pytest.fixture
def reader(client):
    client.force_login(factories.rory())
    return client


def test_the_page_of_one(reader, ann):
    text = reader.get(ADDRESS, {"author": ann.pk}).content.decode()
    assert f'<a href="/admin/users/user/{ann.pk}/change/">Ann</a>' in text
    assert f"/admin/posts/post/?status=published&amp;author={ann.pk}" in text
    assert 'value="Ann"' in text
    assert "js/combobox" in text


@pytest.mark.parametrize("author", ["0", "-1", "99999999999999999999", "x y z", "1e3", "\x00"])
def test_nobody_by_that_name_or_number(reader, ann, author):
    page = reader.get(ADDRESS, {"author": author})
    assert page.status_code == 400
    assert "Author: " in page.content.decode()


def test_a_name_that_is_one_persons_will_do(reader, ann):
    text = reader.get(ADDRESS, {"author": "Ann"}).content.decode()
    assert f"/admin/users/user/{ann.pk}/change/" in text


def test_queries_do_not_grow_with_what_he_wrote(reader, ann):
    """Session, person and his rights 4; the form 2; author, posts, comments with posts and their
    writers 5, entries 1."""

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert reader.get(ADDRESS, {"author": ann.pk}).status_code == 200
        return len(seen)

    post = ann.posts.first()
    CommentFactory(post=post, author=UserFactory(), author_name="")
    entry(ann, 1)
    queries()
    few = queries()
    for number in range(2, 25):
        post = PostFactory(author=ann, created_at=at(1) + timedelta(minutes=number))
        entry(ann, number)
        for _ in range(6):
            CommentFactory(post=post, author=UserFactory(), author_name="")
    assert queries() == few <= MOST_QUERIES
