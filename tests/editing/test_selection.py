"""Actions on rows selected in a list: of what the list showed, and not while somebody saves it."""

import re
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from apps.activity.models import AuditEntry
from apps.database.planned import PlanLost, PlannedQuery
from apps.editing import presence, selection
from apps.posts import actions
from apps.posts.models import Comment, Post
from tests.editing.test_failures import run
from tests.editing.test_resubmissions import send
from tests.factories import CommentFactory, PostFactory, UserFactory, ed, maud, olive, staff
from tests.forms import OpenForm, log_in, open_change, open_delete
from tests.races import at_once
from tests.sessions import another_session

pytestmark = pytest.mark.django_db


class OpenList(OpenForm):
    """A list that somebody has open."""

    def __init__(self, client, model, query=""):
        options = model._meta
        address = f"/admin/{options.app_label}/{options.model_name}/{query}"
        super().__init__(client, address, "changelist-form")

    def act(self, action: str, *rows) -> list[str]:
        """What is said of it."""
        answer = self.send(action, *rows)
        assert answer.status_code == 302
        return said(answer)

    def send(self, action: str, *rows):
        data = {"action": action, "_selected_action": [row.pk for row in rows]}
        return self.client.post(self.address, self.data | data)


def said(answer) -> list[str]:
    return [str(one) for one in answer.wsgi_request._messages]


def test_a_comment_that_another_moderator_decided_on_is_not_overruled_unseen():
    first, second = CommentFactory.create_batch(2)
    page = OpenList(log_in(maud()), Comment)
    actions.mark_comments_as_spam(Comment.objects.filter(pk=first.pk), by=olive())
    told = page.act("approve", first, second)
    assert [Comment.objects.get(pk=one.pk).status for one in (first, second)] == [
        "spam",
        "approved",
    ]
    assert told[0] == "1 comment was approved. 1 stayed as it was."
    assert told[1].startswith(f"Olive changed “{first}” since this page was shown, so it was left")
    # Having seen it, she decides.
    OpenList(page.client, Comment).act("approve", first)
    assert Comment.objects.get(pk=first.pk).status == "approved"


def test_what_somebody_edited_is_not_trashed_unseen():
    posts = PostFactory.create_batch(5)
    page = OpenList(log_in(ed()), Post)
    client = log_in(olive())
    for post in posts[1:]:
        open_change(client, post).post(content="Edited.")
    told = page.act("move_to_trash", *posts)
    assert [post.pk for post in Post.objects.filter(deleted_at=None)] == [p.pk for p in posts[1:]]
    names = "”, “".join(post.title for post in posts[1:4])
    assert f"Olive changed “{names}” and 1 more since this page was shown, so they were" in told[1]


def test_nor_brought_back_when_somebody_else_trashed_it_again():
    post, other = PostFactory(), olive()
    actions.move_post_to_trash(post, by=other)
    page = OpenList(log_in(ed()), Post, "?trash=1")
    actions.restore_post(post, by=other)
    actions.move_post_to_trash(post, by=other)
    assert "Olive changed" in page.act("restore", post)[1]
    assert Post.objects.get().deleted_at


def test_what_has_left_the_list_meanwhile_is_named_too():
    trashed, published, still = PostFactory.create_batch(3)
    page = OpenList(log_in(ed()), Post, "?status=draft")
    actions.move_post_to_trash(trashed, by=olive())
    actions.publish_post(published, by=staff("Zoe", "Admin"))
    told = page.act("archive", trashed, published)
    assert told[0] == "0 posts were archived. 2 stayed as they were."
    assert told[1].startswith(f"Olive and Zoe changed “{trashed}” and “{published}” since")
    assert OpenList(page.client, Post).act("publish", still) == ["1 post was published."]


def test_an_old_history_hides_no_change(monkeypatch):
    monkeypatch.setattr(selection, "ENTRIES_READ", 3)
    short, long = PostFactory(), PostFactory(version=6)
    known = {"object_type": "posts.post", "object_id": long.pk, "action": "change"}
    AuditEntry.objects.bulk_create(
        AuditEntry(**known, version=version, source="edit") for version in range(2, 7)
    )
    page, client = OpenList(log_in(ed()), Post), log_in(olive())
    for post in (short, long):
        open_change(client, post).post(content="Edited.")
    assert "Olive changed" in page.act("move_to_trash", short, long)[1]
    assert Post.objects.filter(deleted_at=None).count() == 2


def test_one_s_own_changes_and_the_schedule_s_are_no_news():
    who, post = ed(), PostFactory(status="scheduled", publish_at="2026-01-05T09:00Z")
    page = OpenList(log_in(who), Post)
    actions.publish_due_posts()
    open_change(page.client, post).post(content="Edited.")
    assert page.act("archive", post)[-1] == "1 post was archived."


def test_a_double_click_acts_once_and_says_so():
    posts = [*PostFactory.create_batch(2), PostFactory(status="published")]
    page = OpenList(log_in(ed()), Post)
    first = page.act("publish", *posts)
    assert first == ["2 posts were published. 1 stayed as it was."]
    assert page.act("publish", *posts)[-1] == "Done once, though it came twice: 2 posts."
    assert [post.version for post in Post.objects.order_by("pk")] == [2, 2, 1]
    # Another action, or other rows, is another form.
    assert page.act("archive", posts[0])[-1] == "1 post was archived."


def test_so_does_one_on_rows_that_leave_the_list_by_it():
    posts = PostFactory.create_batch(2)
    page = OpenList(log_in(ed()), Post)
    assert page.act("move_to_trash", *posts) == ["2 posts were moved to the trash."]
    assert page.act("move_to_trash", *posts)[-1] == "Done once, though it came twice: 2 posts."


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("postgres")
def test_clicks_at_the_same_moment_act_once():
    posts = PostFactory.create_batch(3)
    page = OpenList(log_in(ed()), Post)
    data = page.data | {"action": "publish", "_selected_action": [post.pk for post in posts]}
    answers = at_once(*[partial(send, page, data)] * 4)
    told = sorted(said(answer)[-1] for answer in answers)
    assert told == ["3 posts were published.", *["Done once, though it came twice: 3 posts."] * 3]
    assert {post.version for post in Post.objects.all()} == {2}


@pytest.mark.parametrize("factory", [PostFactory, CommentFactory, UserFactory])
def test_every_list_names_the_versions_of_its_rows(factory):
    row = factory()
    page = OpenList(log_in(olive(is_superuser=True)), type(row))
    assert f"{row.pk}:1" in page.data["_versions"][0].split()


def test_who_may_do_nothing_with_the_rows_is_told_no_versions(client):
    PostFactory()
    client.force_login(staff("Rory", "Analyst"))
    assert "_versions" not in client.get("/admin/posts/post/").content.decode()


@pytest.mark.parametrize("versions", ["", "x", "1:", "1:1:1", "9" * 40 + ":1", ":1 2"])
def test_versions_of_nobody_s_making_guard_nothing_and_break_nothing(versions):
    post = PostFactory()
    page = OpenList(log_in(ed()), Post)
    page.data["_versions"] = versions
    assert page.act("publish", post) == ["1 post was published."]


def test_it_costs_the_same_however_many_were_changed(django_assert_max_num_queries):
    who, client = ed(), log_in(olive())

    def statements(count: int) -> int:
        posts = PostFactory.create_batch(count)
        page = OpenList(log_in(who), Post)
        for post in posts[1:]:
            open_change(client, post).post(content="Edited.")
        with django_assert_max_num_queries(40) as captured:
            page.act("move_to_trash", *posts)
        return len(captured)

    assert statements(2) == statements(6)


# While somebody is saving one of them


@pytest.fixture
def saved_by_somebody(transactional_db):
    """Another session holds the row of the post it is given."""
    run("SET lock_timeout = '100ms'")

    @contextmanager
    def hold(post):
        with another_session() as other:
            other.execute("SELECT 1 FROM posts WHERE id = %s FOR UPDATE", [post.pk])
            yield

    yield hold
    connection.close()


@pytest.mark.usefixtures("postgres")
def test_a_selection_that_somebody_is_saving_is_still_selected(saved_by_somebody):
    posts = PostFactory.create_batch(3)
    page = OpenList(log_in(olive()), Post)
    with saved_by_somebody(posts[0]):
        answer = page.send("publish", *posts[:2])
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Somebody is saving one of these posts, so none was changed. Try again." in html
    checked = re.findall(r'<input type="checkbox" checked[^>]*value="(\d+)"', html)
    assert set(map(int, checked)) == {post.pk for post in posts[:2]}
    assert {post.version for post in Post.objects.all()} == {1}


@pytest.mark.usefixtures("postgres")
def test_who_deletes_what_somebody_is_saving_is_asked_again(saved_by_somebody):
    editor, post = ed(), PostFactory()
    presence.beat(presence.Tab("posts.post", post.pk, editor.pk, "a" * 8), "Ed", "editing")
    page = open_delete(log_in(olive()), post)
    with saved_by_somebody(post):
        answer = page.client.post(page.address, page.data, follow=True)
    assert answer.redirect_chain == [(page.address, 302)]
    assert "Ed is saving this post, try again." in answer.content.decode()
    assert Post.objects.get().deleted_at is None


@pytest.mark.usefixtures("postgres")
def test_who_restores_it_too(saved_by_somebody):
    post = PostFactory()
    actions.move_post_to_trash(post, by=ed())
    address = f"/admin/posts/post/{post.pk}/"
    form = OpenForm(log_in(olive()), f"{address}change/", "notice warning")
    with saved_by_somebody(post):
        answer = form.client.post(f"{address}restore/", form.data, follow=True)
    assert "Somebody is saving this post, try again." in answer.content.decode()
    assert Post.objects.get().deleted_at


def test_a_delete_page_whose_plan_is_of_no_use_any_more_begins_again(monkeypatch):
    """A column of the table has got another type since; its transaction has failed by that."""
    page = open_delete(log_in(olive()), PostFactory())
    rows, asked = PlannedQuery.rows, []

    def lost_at_first(self, **given):
        if "pk" in given and not asked:
            asked.append(given)
            raise PlanLost("cached plan must not change result type")
        return rows(self, **given)

    monkeypatch.setattr(PlannedQuery, "rows", lost_at_first)
    assert page.post().status_code == 302
    assert asked
    assert Post.objects.trashed().count() == 1
