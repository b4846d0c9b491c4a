"""The form of a post on its own: what it keeps, changes and refuses."""

import pytest
from django.contrib import admin
from django.http import QueryDict

from apps.posts.forms import FirstPostForm, MarkdownField, PostForm, pressed_decision
from apps.posts.models import Post
from apps.posts.workflow import SCHEDULE
from tests.factories import FAR_FUTURE, CategoryFactory, PostFactory, TagFactory, ed, wren

pytestmark = pytest.mark.django_db


def form_of(post, user=None, **changes) -> PostForm:
    data = {
        "title": post.title, "slug": post.slug, "content": post.content,
        "kind": post.kind, "author": post.author_id, **changes,
    }  # fmt: skip
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return PostForm(query, instance=post, user=user or ed())


@pytest.mark.parametrize("typed", ["a\r\nb", "a\rb", "a\nb"])
def test_line_ends_are_those_of_the_database(typed):
    assert MarkdownField(required=False).clean(typed) == "a\nb"


def test_what_a_browser_makes_of_line_ends_is_no_change():
    post = PostFactory(content="  One\n\nTwo\n")
    form = form_of(post, content="  One\r\n\r\nTwo\r\n")
    assert form.is_valid()
    assert form.changed_fields == []


def test_tags_and_the_time_to_publish_are_no_columns_to_write():
    post = PostFactory(status="scheduled")
    form = form_of(post, tags=[TagFactory().pk], publish_at_0="2127-01-01", publish_at_1="09:00")
    assert form.is_valid()
    assert set(form.changed_data) == {"tags", "publish_at"}
    assert form.changed_fields == []


def test_another_time_for_a_scheduled_post_needs_no_button():
    post, user = PostFactory(status="scheduled"), ed()
    times = {"publish_at_0": "2127-01-01", "publish_at_1": "09:00"}
    assert form_of(post, user, **times).step is SCHEDULE
    assert set(form_of(post, user).errors) == {"publish_at"}
    same = {"publish_at_0": "2126-01-01", "publish_at_1": "09:00"}
    assert form_of(post, user, **same).step is None
    assert form_of(post, user, **same).is_valid()


def test_seconds_that_the_inputs_do_not_show_are_no_change():
    post = PostFactory(status="scheduled", publish_at=FAR_FUTURE.replace(second=37, microsecond=5))
    form = form_of(post, publish_at_0="2126-01-01", publish_at_1="09:00")
    assert form.is_valid()
    assert form.step is None


def test_a_time_that_was_typed_is_not_lost_without_a_word():
    times = {"publish_at_0": "2127-01-01", "publish_at_1": "09:00"}
    post, user = PostFactory(), ed()
    assert "Save and schedule" in form_of(post, user, **times).errors["publish_at"][0]
    assert form_of(post, user, **times, _publish="1").is_valid()


def test_who_may_not_schedule_has_no_time_to_lose():
    author = wren()
    times = {"publish_at_0": "2127-01-01", "publish_at_1": "09:00"}
    assert form_of(PostFactory(author=author), author, **times).is_valid()


def test_one_s_own_slug_is_not_taken():
    post = PostFactory(slug="harbour")
    assert form_of(post, slug="harbour").is_valid()


@pytest.mark.parametrize("slug", ["a b", "a/b", "é", "<b>", "x" * 201])
def test_a_slug_holds_letters_digits_and_hyphens(slug):
    assert set(form_of(PostFactory(), slug=slug).errors) == {"slug"}


@pytest.mark.parametrize("content", ["\ud800", "a\x00b", "x" * 1_000_001, "- " * 3_000 + "x"])
def test_content_that_could_not_be_stored_or_shown_is_refused(content):
    assert set(form_of(PostFactory(), content=content).errors) == {"content"}


def test_the_title_of_the_taken_slug_s_post_is_escaped():
    PostFactory(slug="harbour", title="<script>alert(1)</script>")
    errors = str(form_of(PostFactory(), slug="harbour").errors)
    assert "<script>" not in errors
    assert "&lt;script&gt;" in errors


def test_the_kept_class_keeps_nothing_that_a_request_has_read(client):
    post = PostFactory(category=CategoryFactory())
    client.force_login(ed())
    client.get(f"/admin/posts/post/{post.pk}/change/")
    kept = admin.site.get_model_admin(Post)._form_classes.values()
    known = [
        field.widget.known
        for form in kept
        for field in form.base_fields.values()
        if hasattr(field.widget, "known")
    ]
    assert known
    assert not any(known)


def test_a_button_is_read_from_the_form():
    user, post = ed(), PostFactory()
    assert form_of(post, user, _publish="1").step.done == "published"
    assert form_of(post, user).step is None
    assert pressed_decision({"_spam": "1"}) == "spam"
    assert pressed_decision({}) is None


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"title": "", "content": ""}, set()),
        ({"title": "Hello", "content": ""}, set()),
        ({"title": "", "content": "Text"}, {"title"}),
        ({"title": "x" * 201, "content": ""}, {"title"}),
        ({"title": "Hello", "content": "x" * 1_000_001}, {"content"}),
    ],
)
def test_a_first_post_is_whole_or_none(data, errors):
    assert set(FirstPostForm(data).errors) == errors
