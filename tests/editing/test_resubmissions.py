"""A form sent more than once changes things once, and says the same each time."""

from functools import partial

import pytest
from django.contrib.messages import get_messages

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.posts.actions import restore_post
from apps.posts.models import Category, Comment, Post, Tag
from apps.users.models import Profile, User
from tests.clients import StaffClient
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    ed,
    olive,
)
from tests.forms import OpenForm, log_in, open_add, open_change, open_delete
from tests.races import at_once
from tests.sizes import RESUBMISSIONS, TRUE_SIZES

transactional = pytest.mark.django_db(transaction=True)
PASSWORD = {"password1": "correct-horse-battery", "password2": "correct-horse-battery"}


def a_post(number: int) -> dict:
    return {"title": f"Harbour {number}", "slug": f"harbour-{number}", "content": "Dredging."}


def a_user(number: int) -> dict:
    return {
        "name": f"Nell {number}", "email": f"nell{number}@example.com", **PASSWORD,
        "profile-0-bio": "Rows.", "first-post-title": f"First of {number}",
        "first-post-content": "Hello.",
    }  # fmt: skip


def a_comment(number: int) -> dict:
    return {"post": PostFactory().pk, "body": f"Comment {number}."}


def a_topic(number: int) -> dict:
    return {"name": f"Sea {number}", "slug": f"sea-{number}"}


ADDED = [(Post, a_post), (User, a_user), (Comment, a_comment), (Category, a_topic), (Tag, a_topic)]
CHANGED = [
    (PostFactory, {"title": "Saved", "content": "Another."}),
    (lambda: ProfileFactory().user, {"name": "Saved", "profile-0-bio": "Another."}),
    (CommentFactory, {"body": "Saved"}),
    (CategoryFactory, {"name": "Saved"}),
    (TagFactory, {"name": "Saved"}),
]
if not TRUE_SIZES:
    # The others go the same ways.
    del ADDED[4:], CHANGED[2:]
BUTTONS = ["_save", "_continue", "_addanother"]


def said(answer) -> tuple:
    """What a browser is told: status, where to go and the messages."""
    assert not isinstance(answer, Exception), answer
    return answer.status_code, answer.headers.get("Location"), messages_of(answer)


def messages_of(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def send(form: OpenForm, data: dict):
    """From a tab of its own, in the same session."""
    tab = StaffClient()
    tab.handler = form.client.handler
    tab.cookies["sessionid"] = form.client.cookies["sessionid"].value
    return tab.post(form.address, data)


def ten_times(form: OpenForm, typed: dict, button: str) -> list:
    data = form.data | typed | {button: "1"}
    return at_once(*[partial(send, form, data)] * 10)


def everything() -> dict:
    """Every row that a save could make, but pending edits."""
    counted = [Post, User, Profile, Comment, Category, Tag, AuditEntry]
    return {model.__name__: model.objects.count() for model in counted}


def grown(before: dict) -> dict:
    return {
        name: count - before[name] for name, count in everything().items() if count > before[name]
    }


@pytest.fixture
def second_looks(settings):
    """Who was slower reads twice, in a transaction each: no loop of queries."""
    settings.ZEAL_RAISE = False


@transactional
@pytest.mark.usefixtures("postgres", "second_looks")
@pytest.mark.filterwarnings("ignore:N.1 detected")
@pytest.mark.parametrize(("model", "typed"), ADDED, ids=lambda one: getattr(one, "__name__", ""))
def test_an_add_form_sent_ten_times_at_once_makes_one_object(model, typed):
    client = log_in(olive(is_superuser=True))
    for number in range(RESUBMISSIONS):
        form, data = open_add(client, model), typed(number)
        before = everything()
        answers = ten_times(form, data, BUTTONS[number % 3])
        told = [said(answer) for answer in answers]
        assert told[0][0] == 302, answers[0].content.decode()
        assert told == told[:1] * 10
        expected = {model.__name__: 1, "AuditEntry": 1}
        if model is User:
            # The profile is part of the user; the first post is a thing of its own.
            expected |= {"Profile": 1, "Post": 1, "AuditEntry": 2}
        assert grown(before) == expected
    assert not PendingEdit.objects.exists()


@transactional
@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(("factory", "typed"), CHANGED)
def test_an_edit_form_sent_ten_times_at_once_makes_one_version(factory, typed):
    client = log_in(olive(is_superuser=True))
    for number in range(RESUBMISSIONS):
        obj = factory()
        form = open_change(client, obj)
        data = {name: f"{text} {number}" for name, text in typed.items()}
        before = everything()
        told = [said(answer) for answer in ten_times(form, data, BUTTONS[number % 3])]
        assert told[0][0] == 302
        assert told == told[:1] * 10
        assert grown(before) == {"AuditEntry": 1}
        assert type(obj).objects.get(pk=obj.pk).version == 2
    assert not PendingEdit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "typed", "name"),
    [
        (Post, a_post, "title"),
        (User, a_user, "name"),
        (Comment, a_comment, "body"),
        (Category, a_topic, "name"),
        (Tag, a_topic, "name"),
    ],
)
def test_an_add_form_sent_with_another_text_edits_what_the_first_made(model, typed, name):
    form = open_add(log_in(olive(is_superuser=True)), model)
    before = everything()
    assert form.post(**typed(1)).status_code == 302
    made = model.objects.latest("pk")
    first = grown(before)
    assert form.post(**{name: "Another text"}).status_code == 302
    made.refresh_from_db()
    assert (getattr(made, name), made.version) == ("Another text", 2)
    assert grown(before) == first | {"AuditEntry": first["AuditEntry"] + 1}
    # And once more as it was: that has been done.
    assert form.post(**{name: "Another text"}).status_code == 302
    assert model.objects.get(pk=made.pk).version == 2


@pytest.mark.django_db
def test_the_answer_is_the_first_one_however_much_came_between():
    client, post = log_in(olive(is_superuser=True)), PostFactory()
    form = open_change(client, post)
    data = form.data | {"title": "Mine", "_continue": "1"}
    first = said(send(form, data))
    open_change(client, post).post(content="Another's")
    assert said(send(form, data)) == first
    post.refresh_from_db()
    assert (post.title, post.content, post.version) == ("Mine", "Another's", 3)


@pytest.mark.django_db
def test_a_merge_sent_twice_says_the_same():
    client, post = log_in(olive(is_superuser=True)), PostFactory()
    form = open_change(client, post)
    open_change(log_in(ed()), post).post(content="Another's")
    data = form.data | {"title": "Mine", "_save": "1"}
    first = said(send(form, data))
    assert first[2][-1] == "Merged with what Ed saved meanwhile: content. From you: title."
    # Nor does it matter what was saved after it.
    open_change(client, post).post(kind="page")
    assert said(send(form, data)) == first
    post.refresh_from_db()
    assert (post.title, post.content, post.version) == ("Mine", "Another's", 4)


@transactional
@pytest.mark.usefixtures("postgres")
def test_a_form_that_asks_is_kept_once_however_often_it_is_sent():
    client, post = log_in(olive(is_superuser=True)), PostFactory()
    form = open_change(client, post)
    open_change(client, post).post(title="Another's")
    answers = ten_times(form, {"title": "Mine"}, "_save")
    assert [answer.status_code for answer in answers] == [409] * 10
    assert PendingEdit.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [PostFactory, CommentFactory, UserFactory, TagFactory])
def test_a_delete_page_sent_twice_says_the_same(factory):
    form = open_delete(log_in(olive(is_superuser=True)), factory())
    before = AuditEntry.objects.count()
    answers = [said(send(form, form.data)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert "was deleted successfully" in answers[0][2][0]
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.django_db
def test_but_not_once_it_is_back_from_the_trash():
    post = PostFactory()
    form = open_delete(log_in(olive()), post)
    send(form, form.data)
    restore_post(post, by=ed())
    answer = send(form, form.data)
    assert "since you opened this page" in answer.content.decode()
    assert Post.objects.get().deleted_at is None
