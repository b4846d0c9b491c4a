"""History pages: who changed what and why, and two versions side by side."""

import datetime
import re
from html import unescape

import pytest
import structlog
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.posts import actions as posts
from apps.posts.models import Category, Post, Tag
from apps.users import actions as users
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    ed,
    mallory,
    olive,
    rory,
    wren,
)
from tests.sizes import HISTORY_PAGE_VERSIONS

pytestmark = pytest.mark.django_db
TEXT = "Dredging begins in January.\n\nBoats keep their berths.\n\nAsk at the office.\n"


def history_of(obj) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_history", args=[obj.pk])


def edit(post, by, *, tags=None, **values):
    for name, value in values.items():
        setattr(post, name, value)
    return posts.save_post(post, by=by, fields=list(values), tags=tags)


def content(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().partition('id="content-main"')[2].partition("</main>")[0]


def rows(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [text_of(row) for row in body.split("<tr")[1:]]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", f"<{html}")).split())


def differences(page: str) -> dict[str, str]:
    """Field → what stands under it."""
    found = {}
    for part in page.split('<div class="diff-field">')[1:]:
        label, _, body = part.partition("</h3>")
        found[label.removeprefix("<h3>")] = body
    return found


def add_versions(post: Post, count: int, by) -> None:
    """As if the title had been saved so often."""
    now = timezone.now()
    first = Post.objects.get(pk=post.pk).version
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=now,
            actor_id=by.pk,
            actor_label=by.name,
            action="change",
            object_type="posts.post",
            object_id=post.pk,
            object_label=post.title,
            version=version,
            source="edit",
            changes={"title": [f"Title {version - 1}", f"Title {version}"]},
        )
        for version in range(first + 1, first + 1 + count)
    )
    version = first + count
    Post.objects.filter(pk=post.pk).update(version=version, title=f"Title {version}")


@pytest.fixture
def eds_edits(client):
    """A post with three versions that Ed made, and Rory who reads it."""
    post, by = PostFactory(title="Harbour dredging", content=TEXT, category=CategoryFactory()), ed()
    port = TagFactory(name="port authority")
    with origin(reason="Corrected by the port authority"):
        edit(post, by, title="Dredging moves", content=TEXT.replace("January", "February"))
    edit(post, by, tags=[port], category=CategoryFactory(name="Harbour"))
    client.force_login(rory())
    return post


def test_it_says_who_changed_what_and_why(client, eds_edits):
    newest, second, first = rows(content(client, history_of(eds_edits)))
    assert "Ed" in second
    assert "Corrected by the port authority" in second
    assert "Title Harbour dredging → Dredging moves" in second
    assert "no reason given" in newest
    assert "Tags + port authority" in newest
    assert "→ Harbour" in newest
    assert "It was created before history was kept." in first


def test_the_source_and_the_step_are_named(client):
    post, by = PostFactory(), ed()
    posts.publish_posts(Post.objects.filter(pk=post.pk), by=by)
    client.force_login(by)
    row = rows(content(client, history_of(post)))[0]
    assert "Bulk action" in row
    assert "Published" in row
    assert "Status Draft → Published" in row


def test_what_no_person_did_says_what_did(client):
    post = PostFactory()
    AuditEntry.objects.create(
        action="publish",
        object_type="posts.post",
        object_id=post.pk,
        version=2,
        source="schedule",
        changes={"status": ["scheduled", "published"]},
    )
    Post.objects.filter(pk=post.pk).update(version=2)
    client.force_login(rory())
    assert "The schedule" in rows(content(client, history_of(post)))[0]


def test_a_long_text_is_a_number_and_never_leaves_the_database(client):
    post, by = PostFactory(content="x " * 1000), ed()
    edit(post, by, content="x " * 1000 + "and more")
    client.force_login(rory())
    address = f"{history_of(post)}?version=2"
    with CaptureQueriesContext(connection) as queries:
        page = content(client, address)
    assert "Content 2,000 → 2,008 characters" in rows(page)[0]
    listed = [one["sql"] for one in queries if "auditentry" in one["sql"]]
    assert not [sql for sql in listed if re.search(r'"changes",', sql)]


def test_a_text_that_begins_the_same_is_a_number(client):
    post, by = PostFactory(content=f"{'The same beginning. ' * 5} End."), ed()
    edit(post, by, content=f"{'The same beginning. ' * 5} Another end.")
    client.force_login(by)
    assert "Content 105 → 113 characters" in rows(content(client, history_of(post)))[0]


# Two versions side by side


def test_the_newest_version_is_compared_with_the_one_before(client, eds_edits):
    page = content(client, history_of(eds_edits))
    assert "Version 2 and version 3" in page
    assert set(differences(page)) == {"Category", "Tags"}


def test_any_two_versions_are_compared_word_by_word(client, eds_edits):
    page = content(client, f"{history_of(eds_edits)}?from=1&to=3")
    found = differences(page)
    assert set(found) == {"Title", "Content", "Category", "Tags"}
    assert "Dredging begins in <del>January</del>." in found["Content"]
    assert "Dredging begins in <ins>February</ins>." in found["Content"]
    assert "2 paragraphs unchanged" in found["Content"]
    assert "<ins>port authority</ins>" in found["Tags"]
    assert "<ins>Harbour</ins>" in found["Category"]
    assert "4 fields differ, 9 are the same" in page
    assert "Version 1 <span" in page
    assert "before history was kept" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("from=3&to=1", "Version 1 and version 3"),
        ("to=2", "Version 1 and version 2"),
        ("from=1", "Version 1 and version 3"),
        ("from=2&to=3", "Version 2 and version 3"),
    ],
)
def test_versions_are_compared_in_their_order(client, eds_edits, query, shown):
    assert shown in content(client, f"{history_of(eds_edits)}?{query}")


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=0&to=2", "There is no version “0”: the newest is 3."),
        ("from=1&to=4", "There is no version “4”"),
        ("from=1&to=99999999999999999999", "There is no version “99999999999999999999”"),
        ("from=²&to=2", "There is no version “²”"),
        ("from=-1&to=2", "There is no version “-1”"),
        ("from=&to=2", "There is no version “”"),
        ("from=x' OR 1=1 --&to=2", "There is no version “x&#x27; OR 1=1 --”"),
        ("from=2&to=2", "Choose two versions: 2 is the same as itself."),
        ("to=1", "Choose two versions"),
        ("version=0", "There is no version “0”"),
        ("version=4", "There is no version “4”"),
        ("version=many", "There is no version “many”"),
    ],
)
def test_what_is_no_version_is_said(client, eds_edits, query, problem):
    page = content(client, f"{history_of(eds_edits)}?{query}")
    assert problem in page
    assert len(rows(page)) == 3


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=1", f"before={2**70}", "after=1.5", f"after={2**62}"]
)
def test_a_place_that_is_none_is_the_newest(client, eds_edits, query):
    assert len(rows(content(client, f"{history_of(eds_edits)}?{query}"))) == 3


def test_texts_with_nothing_in_common_say_so(client):
    post, by = PostFactory(content=" ".join(f"a{n} b" for n in range(1500))), ed()
    edit(post, by, content=" ".join(f"c{n} b" for n in range(1500)))
    client.force_login(by)
    assert "whole paragraphs are marked" in content(client, history_of(post))


def test_markup_is_shown_as_text(client):
    post, by = PostFactory(title="<b>A</b>", content="<script>alert(1)</script> one"), ed()
    tag = TagFactory(name="<i>tag</i>")
    with origin(reason="<u>why</u>"):
        edit(post, by, title="<b>B</b>", content="<script>alert(2)</script> two", tags=[tag])
    client.force_login(by)
    page = content(client, history_of(post))
    assert not re.search(r"<(b|i|u|script)>", page)
    assert "&lt;script&gt;" in page


def test_a_password_is_named_and_never_shown(client):
    user, by = UserFactory(), olive()
    users.set_password(user, "a-new-password-1", by=by)
    client.force_login(by)
    page = content(client, history_of(user))
    assert "Changed the password of" in rows(page)[0]
    assert "No value differs. Passwords are never recorded" in page
    assert "a-new-password-1" not in page


def test_a_user_shows_his_profile_and_roles(client):
    user, by = ProfileFactory().user, olive()
    group = Group.objects.get(name="Writer")
    suspended = datetime.datetime(2126, 5, 3, 12, tzinfo=datetime.UTC)
    users.change_user(
        user, {"is_staff": True}, groups=[group], profile={"bio": "New words."}, by=by
    )
    users.suspend_users(type(user).objects.filter(pk=user.pk), until=suspended, reason="x", by=by)
    client.force_login(by)
    found = differences(content(client, f"{history_of(user)}?from=1&to=3"))
    assert "<ins>Writer</ins>" in found["Groups"]
    assert "<ins>New words</ins>" in found["Bio"]
    assert "<ins>3 May 2126" in found["Suspended until"]
    assert "<del>No</del>" in found["Staff"]


@pytest.mark.parametrize("make", [CommentFactory, CategoryFactory, TagFactory])
def test_every_versioned_model_has_the_page(client, make):
    client.force_login(olive())
    assert "created before" in content(client, history_of(make()))


def test_what_has_no_versions_shows_what_was_done(client):
    by, group = olive(is_superuser=True), Group(name="Desk")
    users.save_group(group, [], by=by, is_new=True)
    users.save_group(group, Permission.objects.filter(codename__endswith="_post"), by=by)
    client.force_login(by)
    page = content(client, history_of(group))
    saved, added = rows(page)
    assert "Permissions + Content | post | Can add post, Content | post" in saved
    assert "Added" in added
    assert "Compare" not in page
    change = client.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
    assert f'href="{history_of(group)}"' in change


# Pages of the list


def test_versions_come_in_pages_by_key(client):
    post, by = PostFactory(), ed()
    add_versions(post, 120, by)
    client.force_login(by)
    address, seen = history_of(post), []
    place = address
    while place:
        page = content(client, place)
        seen += re.findall(r'name="to" value="(\d+)"', page.partition("<tbody>")[2])
        older = re.search(r'href="(\?before=[^"]+)">Older', page)
        place = older and address + unescape(older[1])
    assert list(map(int, seen)) == list(range(121, 1, -1))
    newer = re.search(r'href="(\?after=\d+)">Newer', page)
    page = content(client, address + newer[1])
    assert re.findall(r'name="to" value="(\d+)"', page)[0] == "71"


def test_one_goes_to_a_version_by_its_number(client):
    post, by = PostFactory(), ed()
    add_versions(post, 120, by)
    client.force_login(by)
    page = content(client, f"{history_of(post)}?version=37")
    assert "37" in rows(page)[0]
    assert "Title 36 → Title 37" in rows(page)[0]
    assert ">Newer<" in page
    assert "before history was kept" in rows(content(client, f"{history_of(post)}?version=1"))[-1]


def test_two_versions_of_different_pages_are_chosen(client):
    post, by = PostFactory(), ed()
    add_versions(post, 120, by)
    client.force_login(by)
    page = content(client, f"{history_of(post)}?from=3&to=119")
    assert '<input type="radio" name="from" value="3" checked>' in page
    older = re.search(r'href="(\?before=[^"]+)">Older', page)
    page = content(client, history_of(post) + unescape(older[1]))
    assert "Version 3 and version 119" in page


def test_the_page_costs_the_same_for_any_number_of_versions(client):
    by, costs = ed(), []
    client.force_login(by)
    for count in (10, HISTORY_PAGE_VERSIONS):
        post = PostFactory(category=CategoryFactory())
        add_versions(post, count - 2, by)
        post.refresh_from_db()
        edit(post, by, category=CategoryFactory(), tags=[TagFactory()], author=UserFactory())
        address = f"{history_of(post)}?from=3&to={count}"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            content(client, address)
        costs.append(len(queries))
        assert not [one["sql"] for one in queries if "OFFSET" in one["sql"]]
    # Session with its user · the post · a page of entries · what changed between the two · names
    # of people, tags and categories · who made the two · the tags its form has, for what a
    # restore would write.
    assert costs == [9, 9]


# Who may see it


def test_the_request_is_for_who_may_see_the_audit(client):
    post, by = PostFactory(), ed()
    with structlog.contextvars.bound_contextvars(request_id="3f2a-77"):
        posts.publish_post(post, by=by)
    for who, sees in ((olive(), True), (rory(), False)):
        client.force_login(who)
        page = content(client, history_of(post))
        assert ("request <code>3f2a-77</code>" in page) is sees
        assert ("3f2a-77" in page) is sees


def test_what_was_deleted_for_good_stays_readable(client):
    by, category = ed(), Category(name="Sea", slug="sea")
    posts.create_topic(category, by=by)
    category.name = "Sea and coast"
    posts.save_topic(category, by=by, fields=["name"])
    address = history_of(category)
    posts.delete_category(category, by=by)
    client.force_login(wren())
    page = content(client, address)
    deleted, saved, added = rows(page)
    assert "Deleted" in deleted
    assert "Name Sea → Sea and coast" in saved
    assert "Added" in added
    assert "<ins> and coast</ins>" in differences(page)["Name"]
    assert "Restore" not in page
    assert "Name" in differences(content(client, f"{address}?from=1&to=2"))
    client.force_login(mallory())
    assert client.get(address).status_code == 403


def test_what_never_was_has_no_history(client):
    client.force_login(olive())
    for pk in ("999999", str(2**70), "x"):
        answer = client.get(f"/admin/posts/tag/{pk}/history/")
        assert answer.status_code == 302
        assert answer["Location"] == "/admin/"


def test_the_edit_page_leads_to_the_history(client):
    tag = TagFactory()
    client.force_login(ed())
    page = client.get(reverse("admin:posts_tag_change", args=[tag.pk])).content.decode()
    assert f'href="{history_of(tag)}"' in page
    assert Tag.objects.get(pk=tag.pk).version == 1
