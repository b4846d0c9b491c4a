"""The pages of posts over HTTP: who may see and do what, and what crafted requests get."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.backoffice import counts
from apps.posts.models import Comment, Post
from apps.users.models import User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
    ed,
    mallory,
    maud,
    olive,
    otto,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
Status = Post.Status
LIST = "/admin/posts/post/"
ADD = "/admin/posts/post/add/"
PREVIEW = "/admin/posts/post/preview/"


def page_of(post) -> str:
    return reverse("admin:posts_post_change", args=[post.pk])


def fields_of(post, **changes) -> dict:
    """What a browser posts from the page of a post."""
    return {
        "title": post.title,
        "slug": post.slug,
        "content": post.content.replace("\n", "\r\n"),
        "category": post.category_id or "",
        "tags": [tag.pk for tag in post.tags.all()] if post.pk else [],
        "author": post.author_id,
        "kind": post.kind,
        "publish_at_0": "",
        "publish_at_1": "",
        **changes,
    }


def fresh(instance):
    return type(instance).objects.get(pk=instance.pk)


@pytest.fixture
def as_(client):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def errors_of(response) -> str:
    return str(response.context["adminform"].form.errors)


# Pages


@pytest.mark.parametrize(
    ("who", "sees", "changes", "adds"),
    [
        (olive, True, True, True),
        (ed, True, True, True),
        (wren, True, False, True),
        (maud, True, False, False),
        (rory, True, False, False),
        (otto, False, False, False),
        (mallory, False, False, False),
    ],
)
def test_who_sees_changes_and_adds(as_, who, sees, changes, adds):
    post = PostFactory()
    client = as_(who())
    assert client.get(LIST).status_code == (200 if sees else 403)
    assert client.get(ADD).status_code == (200 if adds else 403)
    page = client.get(page_of(post))
    assert page.status_code == (200 if sees else 403)
    if sees:
        assert ("<textarea" in page.content.decode()) == changes
    answer = client.post(page_of(post), fields_of(post, title="Changed"))
    assert answer.status_code == (302 if changes else 403)
    assert (fresh(post).title == "Changed") == changes


@pytest.mark.parametrize("status", Status)
def test_a_writer_changes_his_own_while_it_is_open(as_, status):
    author = wren()
    post = PostFactory(author=author, status=status)
    is_open = status in (Status.DRAFT, Status.REVIEW)
    answer = as_(author).post(page_of(post), fields_of(post, title="Changed"))
    assert answer.status_code == (302 if is_open else 403)
    assert (fresh(post).title == "Changed") == is_open


def test_who_may_only_read_sees_the_content_rendered(as_):
    post = PostFactory(content="A **bold** <script>alert(1)</script> word")
    page = as_(rory()).get(page_of(post)).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert 'name="_publish"' not in page


def test_the_page_of_an_unknown_post_leads_back(as_):
    client = as_(ed())
    for pk in (10**6, 10**30, "x", "1/change/../../x"):
        answer = client.get(f"{LIST}{pk}/change/")
        assert answer.status_code in (302, 404)


def test_the_latest_ten_comments_with_a_link_to_all(as_):
    post = PostFactory()
    CommentFactory.create_batch(12, post=post)
    CommentFactory(post=post, trashed=True, body="In the trash")
    page = as_(ed()).get(page_of(post)).content.decode()
    shown = re.findall(r"/admin/posts/comment/(\d+)/change/", page)
    newest = Comment.objects.live().newest_first().values_list("pk", flat=True)[:10]
    assert [int(pk) for pk in shown] == list(newest)
    assert f"/admin/posts/comment/?post={post.pk}" in page
    assert "In the trash" not in page


def test_the_author_s_card_is_shown(as_):
    author = wren(region="North")
    page = as_(ed()).get(page_of(PostFactory(author=author))).content.decode()
    assert "wren@example.com" in page
    assert "Writer" in page
    assert f"/admin/posts/post/?author={author.pk}" in page


# Adding


def test_a_writer_adds_a_draft_of_his_own(as_):
    author, other = wren(), UserFactory()
    data = {"title": "Harbour", "slug": "", "content": "Text", "author": other.pk, "kind": "page"}
    assert as_(author).post(ADD, data).status_code == 302
    post = Post.objects.get()
    assert (post.author, post.status, post.slug) == (author, Status.DRAFT, "harbour")
    assert (post.kind, post.version) == ("post", 1)


def test_an_editor_adds_for_somebody_else_with_category_and_tags(as_):
    other, category, tag = UserFactory(), CategoryFactory(), TagFactory()
    data = {
        "title": "Harbour", "slug": "", "content": "", "kind": "post",
        "author": other.pk, "category": category.pk, "tags": [tag.pk],
    }  # fmt: skip
    assert as_(ed()).post(ADD, data | {"_publish": "1"}).status_code == 302
    post = Post.objects.get()
    assert (post.author, post.category, list(post.tags.all())) == (other, category, [tag])
    assert (post.status, post.version) == (Status.PUBLISHED, 1)


def test_a_title_that_is_taken_as_slug_is_kept_under_the_next(as_):
    PostFactory(slug="harbour")
    as_(wren()).post(ADD, {"title": "Harbour", "slug": "", "content": ""})
    assert Post.objects.filter(slug="harbour-2").exists()


def test_a_typed_slug_that_is_taken_is_a_field_error_with_a_link_also_to_the_trash(as_):
    taken = PostFactory(slug="harbour", trashed=True)
    answer = as_(wren()).post(ADD, {"title": "Mine", "slug": "harbour", "content": "Long work"})
    assert answer.status_code == 200
    assert page_of(taken) in errors_of(answer)
    assert "in the trash" in errors_of(answer)
    assert "Long work" in answer.content.decode()


# Saving


def test_a_save_without_a_change_makes_no_version(as_):
    post = PostFactory(content="One\n\nTwo\n")
    as_(ed()).post(page_of(post), fields_of(post))
    assert (fresh(post).version, fresh(post).content) == (1, "One\n\nTwo\n")


def test_a_save_writes_what_was_changed_in_one_version(as_):
    post, tag = PostFactory(), TagFactory()
    as_(ed()).post(page_of(post), fields_of(post, title="Changed", tags=[tag.pk]))
    assert (fresh(post).title, fresh(post).version) == ("Changed", 2)
    assert list(post.tags.all()) == [tag]
    as_(ed(email="ed2@example.com")).post(page_of(post), fields_of(fresh(post), tags=[]))
    assert (list(post.tags.all()), fresh(post).version) == ([], 3)


def test_no_log_entry_is_written(as_):
    client, post = as_(ed()), PostFactory()
    client.post(page_of(post), fields_of(post, title="Changed"))
    client.post(ADD, {"title": "x", "author": post.author_id, "kind": "post"})
    client.post(f"{LIST}{post.pk}/delete/", {"post": "yes"})
    assert Post.objects.count() == 2
    assert fresh(post).deleted_at
    assert not LogEntry.objects.exists()


# Steps


def test_save_and_publish(as_):
    post = PostFactory(status=Status.REVIEW)
    answer = as_(ed()).post(page_of(post), fields_of(post, title="New", _publish="1"), follow=True)
    assert (fresh(post).status, fresh(post).title, fresh(post).version) == ("published", "New", 2)
    assert "“New” was published." in answer.content.decode()


def test_a_schedule_takes_date_and_time(as_):
    client, post = as_(ed()), PostFactory()
    when = {"publish_at_0": "2126-05-01", "publish_at_1": "07:30", "_schedule": "1"}
    client.post(page_of(post), fields_of(post, **when))
    assert fresh(post).status == Status.SCHEDULED
    assert fresh(post).publish_at.year == 2126


def test_another_time_is_saved_by_save(as_):
    post = PostFactory(status=Status.SCHEDULED)
    when = {"publish_at_0": "2130-05-01", "publish_at_1": "07:30"}
    as_(ed()).post(page_of(post), fields_of(post, **when))
    saved = fresh(post)
    assert (saved.publish_at.year, saved.status, saved.version) == (2130, Status.SCHEDULED, 2)


@pytest.mark.parametrize(
    ("day", "time"), [("", ""), ("2020-01-01", "07:30"), ("2126-13-01", "x"), ("2126-05-01", "")]
)
def test_a_bad_time_is_a_field_error_with_the_input_kept(as_, day, time):
    post = PostFactory()
    data = fields_of(post, title="Typed", publish_at_0=day, publish_at_1=time, _schedule="1")
    answer = as_(ed()).post(page_of(post), data)
    assert answer.status_code == 200
    assert "publish_at" in answer.context["adminform"].form.errors
    page = answer.content.decode()
    assert 'value="Typed"' in page
    assert "errorlist" in page
    assert fresh(post).version == 1


def test_a_step_that_is_no_longer_possible_is_an_error_with_the_input_kept(as_):
    post = PostFactory(status=Status.PUBLISHED)
    answer = as_(ed()).post(page_of(post), fields_of(post, title="Typed", _publish="1"))
    assert answer.status_code == 200
    assert "is published and cannot be published" in errors_of(answer)
    assert 'value="Typed"' in answer.content.decode()
    assert fresh(post).version == 1


def test_only_the_steps_that_are_possible_are_offered(as_):
    author = wren()
    offered = {
        (who, status): set(
            re.findall(
                r'name="(_submit|_publish|_return|_schedule|_archive)"',
                as_(user).get(page_of(PostFactory(author=author, status=status))).content.decode(),
            )
        )
        for who, user in (("Ed", ed()), ("Wren", author))
        for status in Status
    }
    assert offered == {
        ("Ed", "draft"): {"_submit", "_publish", "_schedule"},
        ("Ed", "review"): {"_return", "_publish", "_schedule"},
        ("Ed", "scheduled"): {"_return", "_publish", "_schedule"},
        ("Ed", "published"): {"_archive"},
        ("Ed", "archived"): {"_return", "_publish", "_schedule"},
        ("Wren", "draft"): {"_submit"},
        ("Wren", "review"): set(),
        ("Wren", "scheduled"): set(),
        ("Wren", "published"): set(),
        ("Wren", "archived"): set(),
    }


def test_a_writer_who_sends_an_editor_s_button_changes_nothing(as_):
    author = wren()
    post = PostFactory(author=author)
    for button in ("_publish", "_schedule", "_return", "_archive"):
        data = fields_of(post, publish_at_0="2126-05-01", publish_at_1="07:30", **{button: "1"})
        answer = as_(author).post(page_of(post), data)
        assert answer.status_code == 200
        assert "You may not" in errors_of(answer)
    assert (fresh(post).status, fresh(post).version) == (Status.DRAFT, 1)


def test_fields_that_are_not_in_the_form_are_ignored(as_):
    author, other = wren(), UserFactory()
    post = PostFactory(author=author)
    forged = {
        "status": "published", "published_at": "2020-01-01", "deleted_at": "2020-01-01",
        "version": "99", "comment_count": "5", "author": other.pk, "kind": "page",
        "import_key": "x", "created_at": "2020-01-01", "slug_": "x",
    }  # fmt: skip
    as_(author).post(page_of(post), fields_of(post, title="Mine", **forged))
    saved = fresh(post)
    assert (saved.title, saved.version, saved.status) == ("Mine", 2, Status.DRAFT)
    assert (saved.author, saved.kind, saved.import_key) == (author, "post", None)
    assert (saved.deleted_at, saved.published_at, saved.comment_count) == (None, None, 0)
    assert saved.created_at == post.created_at


# Bad input

HOSTILE = {
    "a NUL": {"title": "a\x00b"},
    "a NUL in the content": {"content": "a\x00b"},
    "1 MB and more": {"content": "x" * 1_000_001},
    "deep nesting": {"content": ">" * 5_000 + "x"},
    "too long a title": {"title": "x" * 201},
    "no title": {"title": "   "},
    "a slug that is none": {"slug": "a b/../c"},
    "an unknown category": {"category": "999999"},
    "a word for a category": {"category": "x"},
    "a category beyond bigint": {"category": "9" * 30},
    "unknown tags": {"tags": ["999999", "x"]},
    "an unknown author": {"author": "999999"},
    "an unknown kind": {"kind": "<b>"},
}


@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE.keys())
def test_bad_input_is_a_field_error(as_, bad):
    post = PostFactory()
    answer = as_(ed()).post(page_of(post), fields_of(post, **bad))
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert set(answer.context["adminform"].form.errors) == set(bad)
    assert fresh(post).version == 1


def test_a_deleted_author_stays_but_is_not_chosen_anew(as_):
    gone = UserFactory(deleted_at=PostFactory().created_at)
    post, other = PostFactory(author=gone), PostFactory()
    client = as_(ed())
    client.post(page_of(post), fields_of(post, title="Changed"))
    assert fresh(post).title == "Changed"
    answer = client.post(page_of(other), fields_of(other, author=gone.pk))
    assert "author" in answer.context["adminform"].form.errors


# Preview


def test_the_preview_renders_what_is_typed(as_):
    answer = as_(wren()).post(PREVIEW, {"content": "**bold** <script>alert(1)</script>"})
    assert answer.status_code == 200
    assert "<strong>bold</strong>" in answer.content.decode()
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize("who", [maud, rory, otto, mallory])
def test_who_writes_nothing_previews_nothing(as_, who):
    assert as_(who()).post(PREVIEW, {"content": "x"}).status_code == 403


def test_the_preview_asks_for_a_login_a_post_and_a_token(client, as_):
    assert client.post(PREVIEW, {"content": "x"}).status_code == 302
    assert as_(wren()).get(PREVIEW).status_code == 405
    client.handler.enforce_csrf_checks = True
    assert client.post(PREVIEW, {"content": "x"}).status_code == 403


@pytest.mark.parametrize("bad", ["x" * 1_000_001, ">" * 5_000 + "x"])
def test_the_preview_says_what_is_wrong(as_, bad):
    answer = as_(wren()).post(PREVIEW, {"content": bad})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


# The list and its actions


def act(client, name, posts, **params):
    address = LIST + "".join(f"?{key}={value}" for key, value in params.items())
    data = {"action": name, "_selected_action": [post.pk for post in posts]}
    return client.post(address, data, follow=True)


def test_a_selection_is_published_and_what_stays_is_said(as_):
    posts = [PostFactory(), PostFactory(status="review"), PostFactory(status="published")]
    page = act(as_(ed()), "publish", posts).content.decode()
    assert "2 posts were published. 1 stayed as it was." in page
    assert {fresh(post).status for post in posts} == {"published"}
    assert PostFactory().status == "draft"


@pytest.mark.parametrize("action", ["publish", "archive", "return_to_draft", "move_to_trash"])
@pytest.mark.parametrize("who", [wren, maud, rory])
def test_others_run_no_action_of_the_editors(as_, who, action):
    post = PostFactory(status="published")
    act(as_(who()), action, [post])
    assert (fresh(post).version, fresh(post).deleted_at) == (1, None)


def test_a_writer_submits_a_selection_of_his_own(as_):
    author = wren()
    posts = [PostFactory(author=author), PostFactory()]
    act(as_(author), "submit", posts)
    assert [fresh(post).status for post in posts] == ["review", "draft"]


def test_to_the_trash_and_back(as_):
    client, posts = as_(ed()), PostFactory.create_batch(3)
    page = act(client, "move_to_trash", posts).content.decode()
    assert "3 posts were moved to the trash." in page
    assert not Post.objects.live().exists()
    assert posts[0].title not in client.get(LIST).content.decode()
    assert posts[0].title in client.get(LIST + "?trash=1").content.decode()
    act(client, "restore", posts[:2], trash=1)
    assert Post.objects.live().count() == 2


@pytest.mark.parametrize("who", [wren, maud, rory])
def test_the_trash_is_for_who_may_delete(as_, who):
    post = PostFactory(trashed=True, title="Thrown away")
    client = as_(who())
    assert "Thrown away" not in client.get(LIST + "?trash=1").content.decode()
    act(client, "restore", [post], trash=1)
    assert client.post(f"{LIST}{post.pk}/restore/").status_code == 403
    assert client.post(f"{LIST}{post.pk}/delete/", {"post": "yes"}).status_code == 403
    assert fresh(post).version == 1


def test_a_post_in_the_trash_opens_but_is_not_edited(as_):
    post = PostFactory(trashed=True)
    client = as_(ed())
    page = client.get(page_of(post)).content.decode()
    assert "<textarea" not in page
    assert 'name="_publish"' not in page
    assert client.post(page_of(post), fields_of(post, title="x")).status_code == 409
    assert client.post(f"{LIST}{post.pk}/restore/").status_code == 302
    assert fresh(post).deleted_at is None


def test_a_second_click_on_delete_or_restore_is_no_error(as_):
    client, post = as_(ed()), PostFactory()
    for page, version in (("delete", 2), ("delete", 2), ("restore", 3), ("restore", 3)):
        answer = client.post(f"{LIST}{post.pk}/{page}/", {"post": "yes"})
        assert answer.status_code in (200, 302)
        assert fresh(post).version == version


def test_the_delete_page_counts_in_constant_time(as_):
    post = PostFactory()
    client = as_(ed())
    comments = [Comment(post=post, author_name="x", body="x") for _ in range(150)]
    Comment.objects.bulk_create(comments)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"{LIST}{post.pk}/delete/").content.decode()
    assert "100+ comments go with it" in page
    assert not [q for q in queries if 'FROM "comments"' in q["sql"] and "LIMIT 101" not in q["sql"]]
    client.post(f"{LIST}{post.pk}/delete/", {"post": "yes"})
    assert fresh(post).deleted_at
    assert post.comments.filter(deleted_at=None, version=1).count() == 150


def test_filters_of_the_list(as_):
    active, gone = UserFactory(name="Active"), UserFactory(name="Gone", is_active=False)
    tag, category = TagFactory(), CategoryFactory()
    one = PostFactory(author=active, title="Harbour", category=category, kind="page")
    one.tags.add(tag)
    PostFactory(author=gone, title="Museum", status="published")
    client = as_(ed())
    for query, titles in {
        "status=published": {"Museum"},
        f"author={active.pk}": {"Harbour"},
        f"category={category.pk}": {"Harbour"},
        f"tags={tag.pk}": {"Harbour"},
        "kind=page": {"Harbour"},
        "kind=post": {"Museum"},
        "author_active=yes": {"Harbour"},
        "author_active=no": {"Museum"},
        "created_at_from=2026-01-01": {"Harbour", "Museum"},
        "created_at_to=2025-01-01": set(),
        f"author={gone.pk}&status=published": {"Museum"},
    }.items():
        page = client.get(f"{LIST}?{query}").content.decode()
        assert {title for title in ("Harbour", "Museum") if f">{title}<" in page} == titles, query


def test_scheduled_posts_are_shown_with_the_time_they_wait_for(as_):
    PostFactory(status="scheduled")
    page = as_(ed()).get(LIST + "?status=scheduled&o=publish_at").content.decode()
    assert "column-publish_at" in page


# Query budgets: equal at 10 and at 1,000 rows


def queries_of(client, address: str) -> list[str]:
    client.get(address)
    counts.forget()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def fill(count: int) -> None:
    author, category = UserFactory(), CategoryFactory()
    fields = {"author": author, "category": category}
    Post.objects.bulk_create(
        PostFactory.build(slug=f"fill-{count}-{n}", **fields) for n in range(count)
    )


@pytest.mark.parametrize("address", [LIST, LIST + "?status=draft", LIST + "?trash=1"])
def test_a_list_costs_the_same_with_10_and_1000_rows(as_, address):
    client = as_(ed())
    fill(10)
    few = queries_of(client, address)
    fill(1_000)
    many = queries_of(client, address)
    # What fits one page needs no count to say how many match.
    assert len(many) <= len(few) + ("?status" in address) <= 8
    assert not [sql for sql in many if '"posts"."content"' in sql]


def test_a_save_costs_the_same_with_1000_rows(as_):
    client, post = as_(ed()), PostFactory(category=CategoryFactory())
    post.tags.add(TagFactory())
    costs = []
    for title, more in (("One", 10), ("Two", 1_000)):
        fill(more)
        data = fields_of(fresh(post), title=title)
        data["_opened"] = client.opened(page_of(post)).signed()
        with CaptureQueriesContext(connection) as queries:
            assert client.post(page_of(post), data).status_code == 302
        costs.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    # session with user and rights · post, locked · its tags · what it was · update · entry
    assert costs[1] <= costs[0] <= 6


def test_the_page_of_a_post_costs_the_same_with_1000_rows(as_):
    client, post = as_(ed()), PostFactory(category=CategoryFactory())
    post.tags.add(TagFactory())
    CommentFactory.create_batch(2, post=post, author=UserFactory())
    few = queries_of(client, page_of(post))
    fill(1_000)
    post.tags.add(*TagFactory.create_batch(5))
    for _ in range(8):
        CommentFactory(post=post, author=UserFactory())
    many = queries_of(client, page_of(post))
    assert len(many) == len(few)
    # session with user and rights · post with author and category · tags · comments; the
    # author's card and how many posts he has come from the cache
    assert len(many) <= 4


# The page of a user


def test_a_user_s_page_shows_his_latest_posts_with_a_link_to_all(as_):
    author = wren()
    PostFactory.create_batch(7, author=author)
    page = as_(olive()).get(reverse("admin:users_user_change", args=[author.pk])).content.decode()
    shown = re.findall(r"/admin/posts/post/(\d+)/change/", page)
    newest = Post.objects.newest_first().values_list("pk", flat=True)[:5]
    assert [int(pk) for pk in shown] == list(newest)
    assert f"/admin/posts/post/?author={author.pk}" in page


def new_user(**fields) -> dict:
    return {
        "name": "Nell", "email": "nell@example.com", "region": "",
        "password1": "correct-horse-battery", "password2": "correct-horse-battery",
        "first-post-title": "", "first-post-content": "",
        "profile-TOTAL_FORMS": "0", "profile-INITIAL_FORMS": "0",
        **fields,
    }  # fmt: skip


ADD_USER = "/admin/users/user/add/"


def test_a_user_is_added_with_a_first_post(as_):
    client = as_(olive())
    assert 'name="first-post-title"' in client.get(ADD_USER).content.decode()
    data = new_user(**{"first-post-title": "Hello", "first-post-content": "I am *Nell*."})
    assert client.post(ADD_USER, data).status_code == 302
    post = Post.objects.get()
    assert (post.author.email, post.title, post.status) == ("nell@example.com", "Hello", "draft")


def test_a_user_is_added_without_a_post(as_):
    assert as_(olive()).post(ADD_USER, new_user()).status_code == 302
    assert User.objects.filter(email="nell@example.com").exists()
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"first-post-title": "", "first-post-content": "Text without a title"},
        {"first-post-title": "x" * 201},
        {"first-post-title": "Hello", "first-post-content": "a\x00b"},
        {"first-post-title": "Hello", "email": "no address"},
    ],
)
def test_both_or_neither(as_, bad):
    data = new_user(**{"first-post-title": "Hello", **bad})
    answer = as_(olive()).post(ADD_USER, data)
    assert answer.status_code in (200, 400)
    assert not User.objects.filter(name="Nell").exists()
    assert not Post.objects.exists()


def test_a_post_that_fails_takes_the_user_along(as_, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("apps.posts.actions.create_post", fail)
    with pytest.raises(RuntimeError):
        as_(olive()).post(ADD_USER, new_user(**{"first-post-title": "Hello"}))
    assert not User.objects.filter(name="Nell").exists()


# Home


def test_editors_see_what_waits_the_longest(as_):
    posts = [PostFactory(status="review") for _ in range(8)]
    page = as_(ed()).get("/admin/").content.decode()
    shown = re.findall(r"/admin/posts/post/(\d+)/change/", page)
    assert [int(pk) for pk in shown] == [post.pk for post in posts[:6]]
    assert "6 of 8, longest waiting first" in page


def test_writers_see_their_drafts_and_moderators_what_is_pending(as_):
    author = wren()
    own, other = PostFactory(author=author), PostFactory()
    comment = CommentFactory(body="Is this so?")
    page = as_(author).get("/admin/").content.decode()
    assert page_of(own) in page
    assert page_of(other) not in page
    assert "Is this so?" not in page
    page = as_(maud()).get("/admin/").content.decode()
    assert reverse("admin:posts_comment_change", args=[comment.pk]) in page
    assert "In review" not in page


@pytest.mark.parametrize("who", [olive, ed, wren, maud, rory, otto, mallory])
def test_everybody_has_a_home_also_when_nothing_waits(as_, who):
    assert as_(who()).get("/admin/").status_code == 200


def test_home_costs_the_same_whatever_waits(as_):
    client = as_(olive())
    few = queries_of(client, "/admin/")
    for _ in range(20):
        CommentFactory(post=PostFactory(status="review"), author=UserFactory())
    # The two counts are asked for once there is more than is shown.
    assert len(queries_of(client, "/admin/")) == len(few) + 2
