"""All rows of a list as CSV, from PostgreSQL's COPY and from SQLite alike."""

import csv
import io

import pytest

from apps.activity.models import AuditEntry
from apps.backoffice import list_export
from apps.posts.models import Post
from tests.factories import (
    EPOCH,
    CategoryFactory,
    CommentFactory,
    PostFactory,
    UserFactory,
    ed,
    maud,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
POSTS, USERS, COMMENTS = "/admin/posts/post/", "/admin/users/user/", "/admin/posts/comment/"


def rows(answer) -> list[list[str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.fixture
def as_(client):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def test_it_has_every_row_of_the_list_in_slices(as_, monkeypatch):
    monkeypatch.setattr(list_export, "SLICE_ROWS", 3)
    author = UserFactory(name="Wren")
    posts = [PostFactory(author=author, status="draft") for _ in range(7)]
    PostFactory(status="archived", published_at=EPOCH)
    found = rows(as_(ed()).get(f"{POSTS}export/?status=draft"))
    assert found[0][:4] == ["ID", "Title", "Slug", "Status"]
    assert [row[0] for row in found[1:]] == [str(post.pk) for post in posts]
    assert {row[5] for row in found[1:]} == {"Wren"}
    entry = AuditEntry.objects.get(action="download")
    assert entry.changes["rows"] == [None, 7]
    assert entry.changes["address"] == [None, f"{POSTS}export/?status=draft"]


def test_values_read_alike_whatever_the_database(as_, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    category = CategoryFactory(name='Say "hi", all\nof you')
    post = PostFactory(title="=1+1", category=category, created_at=EPOCH)
    PostFactory(title=" \n-2", category=None)
    PostFactory(title="Größe – 3")
    found = rows(as_(ed()).get(f"{POSTS}export/"))
    first = dict(zip(found[0], found[1], strict=True))
    assert first["ID"] == str(post.pk)
    assert first["Title"] == "'=1+1"
    assert first["Category"] == 'Say "hi", all\nof you'
    assert first["Created"] == "2026-01-05 10:00:00"
    assert found[2][1] == "' \n-2"
    assert found[2][6] == ""
    assert found[3][1] == "Größe – 3"


def test_a_search_is_downloaded_whole(as_):
    for number in range(3):
        PostFactory(title=f"Harbour {number}")
    PostFactory(title="Forest", content="Trees.")
    found = rows(as_(ed()).get(f"{POSTS}export/?q=harbour"))
    assert {row[1] for row in found[1:]} >= {"Harbour 0", "Harbour 1", "Harbour 2"}
    assert "Forest" not in {row[1] for row in found}


def test_an_analyst_gets_no_addresses(as_):
    UserFactory(name="Nina", email="nina@example.com")
    with_them = rows(as_(ed()).get(f"{USERS}export/?q=Nina"))
    assert "nina@example.com" in with_them[1]
    client = as_(rory())
    without = rows(client.get(f"{USERS}export/?q=Nina"))
    assert without[1][1] == "Nina"
    assert not any("@" in value for row in without for value in row)
    comment = CommentFactory(author=None, author_name="Guest", author_email="guest@example.com")
    found = rows(client.get(f"{COMMENTS}export/"))
    assert found[1][0] == str(comment.pk)
    assert "guest@example.com" not in found[1]


@pytest.mark.parametrize("who", [wren, maud])
def test_who_may_only_look_downloads_nothing(as_, who):
    client = as_(who())
    assert client.get(f"{POSTS}export/").status_code == 403
    assert "Download CSV" not in client.get(POSTS).content.decode()


def test_an_empty_list_has_its_heading(as_):
    assert len(rows(as_(ed()).get(f"{POSTS}export/"))) == 1
    assert not Post.objects.exists()


def test_what_the_address_asks_for_is_on_the_button(as_):
    PostFactory(status="draft")
    page = as_(ed()).get(f"{POSTS}?status=draft").content.decode()
    assert 'href="export/?status=draft"' in page
