"""Two people at one object: every pair of edits has the outcome that docs/saving.md names."""

import datetime
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import F

from apps.activity.models import AuditEntry
from apps.activity.states import state_of
from apps.activity.verification import verify
from apps.editing.models import PendingEdit
from apps.posts import actions
from apps.posts.models import Category, Comment, Post, Tag
from apps.users import actions as users
from apps.users.models import Profile, User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    olive,
    staff,
)
from tests.forms import OpenForm, log_in, merge_page, open_change, open_delete

pytestmark = pytest.mark.django_db
HERE = "The quay is closed in January. Boats keep their berths."
THERE = "The slipway stays open. Residents can ask at the office."
TEXT = f"{HERE}\n\n{THERE}\n"
# What two people make of it.
JANUARY = TEXT.replace("January", "February")
BEGINS = TEXT.replace("is closed", "closes")
BERTHS = TEXT.replace("keep their berths", "move to the pier")
SLIPWAY = TEXT.replace("stays open", "is shut")


def post() -> Post:
    made = PostFactory(title="Harbour dredging", content=TEXT)
    made.tags.set(TagFactory.create_batch(2))
    return made


def user() -> User:
    return ProfileFactory(user__name="Nell Dahl", bio=TEXT).user


def comment() -> Comment:
    return CommentFactory(body=TEXT, author_name="K. Dahl")


def category() -> Category:
    return CategoryFactory(name="Sea", slug="sea", position=3)


def tag() -> Tag:
    return TagFactory(name="sea", slug="sea")


@dataclass(frozen=True)
class Pair:
    """What the first saves and the second types, on one object; then `saved` is what is there, or
    `asks` names what the merge page asks about.
    """

    make: object
    first: dict
    second: dict
    saved: dict | None = None
    asks: int = 0


def both(make, first, second) -> Pair:
    """Everything of the two is in the result."""
    return Pair(make, first, second, saved=first | second)


BIO, SITE = "profile-0-bio", "profile-0-website"
PAIRS = {
    # The same value.
    "post title, alike": both(post, {"title": "Moved"}, {"title": "Moved"}),
    "user name, alike": both(user, {"name": "Nell"}, {"name": "Nell"}),
    "comment, alike": both(comment, {"body": "Cut"}, {"body": "Cut"}),
    "category, alike": both(category, {"name": "Coast"}, {"name": "Coast"}),
    "tag, alike": both(tag, {"name": "coast"}, {"name": "coast"}),
    # A short field of both.
    "post title": Pair(post, {"title": "Dredging moves"}, {"title": "Port says"}, asks=1),
    "post slug": Pair(post, {"slug": "one"}, {"slug": "two"}, asks=1),
    "user name": Pair(user, {"name": "Nell D."}, {"name": "N. Dahl"}, asks=1),
    "user email": Pair(user, {"email": "a@example.com"}, {"email": "b@example.com"}, asks=1),
    "comment author": Pair(comment, {"author_name": "A. Dahl"}, {"author_name": "B"}, asks=1),
    "category name": Pair(category, {"name": "Coast"}, {"name": "Ocean"}, asks=1),
    "category position": Pair(category, {"position": "1"}, {"position": "2"}, asks=1),
    "tag slug": Pair(tag, {"slug": "coast"}, {"slug": "ocean"}, asks=1),
    "two fields at once": Pair(
        post, {"title": "One", "slug": "one"}, {"title": "Two", "slug": "two"}, asks=2
    ),
    # Different fields.
    "post title and content": both(post, {"title": "Moved"}, {"content": JANUARY}),
    "user name and region": both(user, {"name": "Nell"}, {"region": "North"}),
    "comment author and body": both(comment, {"author_name": "A. Dahl"}, {"body": JANUARY}),
    "category name and position": both(category, {"name": "Coast"}, {"position": "1"}),
    "tag name and slug": both(tag, {"name": "coast"}, {"slug": "coast"}),
    # The profile is part of its user.
    "name and bio": both(user, {"name": "Nell"}, {BIO: JANUARY}),
    "bio and website": both(user, {BIO: JANUARY}, {SITE: "https://example.org/"}),
    "website of both": Pair(
        user, {SITE: "https://example.org/"}, {SITE: "https://example.net/"}, asks=1
    ),
    # Texts.
    "post, two paragraphs": Pair(
        post, {"content": JANUARY}, {"content": SLIPWAY},
        {"content": JANUARY.replace("stays open", "is shut")},
    ),
    "post, one paragraph": Pair(
        post, {"content": JANUARY}, {"content": BERTHS},
        {"content": JANUARY.replace("keep their berths", "move to the pier")},
    ),
    "post, one sentence": Pair(post, {"content": JANUARY}, {"content": BEGINS}, asks=1),
    "comment, two paragraphs": Pair(
        comment, {"body": JANUARY}, {"body": SLIPWAY},
        {"body": JANUARY.replace("stays open", "is shut").strip()},
    ),
    "comment, one sentence": Pair(comment, {"body": JANUARY}, {"body": BEGINS}, asks=1),
    "bio, one paragraph": Pair(
        user, {BIO: JANUARY}, {BIO: BERTHS},
        {BIO: JANUARY.replace("keep their berths", "move to the pier").strip()},
    ),
    "bio, one sentence": Pair(user, {BIO: JANUARY}, {BIO: BEGINS}, asks=1),
}  # fmt: skip


@pytest.fixture
def staff_pair():
    """Both may do everything; the second's name is the one that pages speak of."""
    return log_in(olive(is_superuser=True)), log_in(staff("Zoe", "Admin", is_superuser=True))


@pytest.fixture
def two(staff_pair):
    def open_both(obj) -> tuple[OpenForm, OpenForm]:
        return tuple(open_change(client, obj) for client in staff_pair)

    return open_both


def value(obj, name: str):
    """Of a field as the form names it."""
    if name.startswith("profile-0-"):
        return getattr(Profile.objects.get(pk=obj.pk), name.removeprefix("profile-0-"))
    return getattr(type(obj).objects.get(pk=obj.pk), name)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_pair_is_saved_or_merged_or_asked_about_and_then_one_click(pair, two):
    obj = pair.make()
    first, second = two(obj)
    assert first.post(**pair.first).status_code == 302
    theirs = state_of(obj).values
    answer = second.post(**pair.second)
    if pair.asks:
        assert answer.status_code == 409
        assert len(answer.context["conflicts"]) == pair.asks
        assert state_of(obj).values == theirs
        finish(obj, pair, second, answer)
    else:
        assert answer.status_code == 302, answer.content.decode()
        assert_saved(obj, pair.saved)
        assert not PendingEdit.objects.exists()
    assert verify(lambda count: None, lambda count: None).breaks == []


def finish(obj, pair: Pair, second: OpenForm, answer) -> None:
    """Mine of the first question, theirs of the second, if there are two."""
    edit = PendingEdit.objects.get()
    assert {name: edit.payload["data"][name] for name in pair.second} == {
        name: [text] for name, text in pair.second.items()
    }
    page = merge_page(second.client, answer.content.decode())
    assert page.post(c1="mine", c2="theirs").status_code == 302
    mine = dict(list(pair.second.items())[:1])
    assert_saved(obj, pair.first | mine)
    edit.refresh_from_db()
    assert edit.resolution == "merged"


def assert_saved(obj, values: dict) -> None:
    for name, text in values.items():
        assert str(value(obj, name)).strip() == text.strip(), name


def test_a_picture_and_a_bio_are_merged_and_two_pictures_asked_about(two):
    obj = user()
    first, second = two(obj)

    def upload(colour):
        return SimpleUploadedFile("me.png", b"\x89PNG\r\n\x1a\n" + colour.encode(), "image/png")

    assert first.post(**{"profile-0-upload": upload("red")}).status_code == 302
    assert second.post(**{BIO: JANUARY}).status_code == 302
    profile = Profile.objects.get(pk=obj.pk)
    assert profile.picture
    assert "February" in profile.bio
    first, second = two(obj)
    first.post(**{"profile-0-upload": upload("blue")})
    answer = second.post(**{"profile-0-upload": upload("green")})
    assert answer.status_code == 409
    blue = bytes(Profile.objects.get(pk=obj.pk).picture)
    page = merge_page(second.client, answer.content.decode())
    assert page.post(c1="mine").status_code == 302
    assert bytes(Profile.objects.get(pk=obj.pk).picture) not in (blue, bytes(profile.picture))


def test_tags_combine(two):
    obj = post()
    kept, gone = obj.tags.order_by("pk")
    mine, theirs = TagFactory.create_batch(2)
    first, second = two(obj)
    first.post(tags=[kept.pk, gone.pk, theirs.pk])
    assert second.post(tags=[kept.pk, mine.pk]).status_code == 302
    assert set(obj.tags.all()) == {kept, mine, theirs}


def test_roles_combine(two):
    obj = UserFactory(role="Writer", staff=True)
    first, second = two(obj)
    roles = dict.fromkeys(first.data.get("groups", []))
    ids = {name: str(pk) for name, pk in group_ids().items()}
    first.post(groups=[*roles, ids["Moderator"]])
    assert second.post(groups=[ids["Analyst"]]).status_code == 302
    assert set(obj.groups.values_list("name", flat=True)) == {"Moderator", "Analyst"}


def group_ids() -> dict[str, int]:
    from django.contrib.auth.models import Group

    return dict(Group.objects.values_list("name", "pk"))


# Steps, and what runs by itself

STEPS = [
    # What the first pressed, the second, and the status in the end; None: an error beside it.
    ("_publish", "_publish", None),
    ("_publish", "_submit", None),
    ("_submit", "_submit", None),
    ("_submit", "_publish", "published"),
    ("_publish", "_archive", "archived"),
]


@pytest.mark.parametrize(("first_step", "second_step", "status"), STEPS)
def test_a_step_is_taken_or_is_an_error_with_the_input_kept(first_step, second_step, status, two):
    obj = post()
    first, second = two(obj)
    first.post(**{first_step: "1"})
    taken = value(obj, "status")
    answer = second.post(title="Typed", content=JANUARY, **{second_step: "1"})
    if status:
        assert answer.status_code == 302
        assert (value(obj, "status"), value(obj, "title")) == (status, "Typed")
        return
    assert answer.status_code == 200
    assert (value(obj, "status"), value(obj, "title")) == (taken, "Harbour dredging")
    page = answer.content.decode()
    again = OpenForm(second.client, second.address, "post_form", page)
    assert again.data["title"] == ["Typed"]
    assert "February" in again.data["content"][0]
    # Without the step, it is saved as it stands on that page.
    again.address = second.address
    assert again.post().status_code == 302
    assert value(obj, "title") == "Typed"


def test_the_scheduler_publishes_beside_an_editor(two):
    due = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
    obj = PostFactory(status="scheduled", publish_at=due, content=TEXT)
    form, _ = two(obj)
    call_command("publish_scheduled", verbosity=0)
    assert value(obj, "status") == "published"
    assert form.post(title="Typed").status_code == 302
    saved = Post.objects.get(pk=obj.pk)
    assert (saved.status, saved.title, saved.version) == ("published", "Typed", 3)
    assert not PendingEdit.objects.exists()


def test_counters_make_no_version_and_conflict_with_nothing(two):
    obj, person = post(), user()
    form, of_person = two(obj)[0], two(person)[0]
    actions.approve_comments(
        Comment.objects.filter(pk=CommentFactory(post=obj).pk), by=olive(email="b@example.com")
    )
    User.objects.filter(pk=person.pk).update(points=F("points") + 5)
    assert form.post(title="Typed").status_code == 302
    assert of_person.post(name="Nell").status_code == 302
    assert (value(obj, "comment_count"), value(obj, "version")) == (1, 2)
    assert (value(person, "points"), value(person, "version")) == (5, 2)
    assert set(AuditEntry.objects.filter(object_type="posts.post").values_list("source")) == {
        ("edit",)
    }


# A third


def test_a_third_editor_comes_between_the_merge_page_and_its_finish(two):
    obj = post()
    first, second = two(obj)
    third = open_change(first.client, obj)
    first.post(content=JANUARY)
    page = merge_page(second.client, second.post(content=BEGINS, title="Zoe’s").content.decode())
    # Beside the question: merged, and the click is enough.
    third.post(slug="third")
    assert page.post(c1="both").status_code == 302
    saved = Post.objects.get(pk=obj.pk)
    assert (saved.slug, saved.title) == ("third", "Zoe’s")
    assert "is closed in February. The quay closes in January." in saved.content


def test_a_third_editor_at_the_same_place_is_asked_about_again(two):
    obj = post()
    first, second = two(obj)
    first.post(content=JANUARY)
    page = merge_page(second.client, second.post(content=BEGINS).content.decode())
    open_change(first.client, obj).post(content=TEXT.replace("January", "March"))
    answer = page.post()
    assert answer.status_code == 409
    assert "March" in value(obj, "content")
    again = merge_page(second.client, answer.content.decode())
    # What was joined on the first page is what is compared now.
    assert again.post().status_code == 302
    assert "March" in value(obj, "content")
    assert "closes" in value(obj, "content")
    assert PendingEdit.objects.get().resolution == "merged"


# Deleting

TRASHED = {
    "post": (post, {"title": "Typed"}, lambda obj, by: actions.move_post_to_trash(obj, by=by)),
    "comment": (
        comment,
        {"body": "Typed"},
        lambda obj, by: actions.move_comment_to_trash(obj, by=by),
    ),
    "user": (
        user,
        {"name": "Typed"},
        lambda obj, by: users.trash_users(User.objects.filter(pk=obj.pk), by=by),
    ),
}
GONE = {
    "category": (category, {"name": "Typed"}, lambda obj, by: actions.delete_category(obj, by=by)),
    "tag": (tag, {"name": "Typed"}, lambda obj, by: actions.delete_tag(obj, by=by)),
}
ALL = TRASHED | GONE


@pytest.mark.parametrize(("make", "typed", "delete"), TRASHED.values(), ids=TRASHED)
def test_deleted_then_edited_waits_and_is_restored_with_the_edit(make, typed, delete, two):
    obj = make()
    _, second = two(obj)
    delete(obj, olive(email="b@example.com", is_superuser=True))
    answer = second.post(**typed)
    assert answer.status_code == 409
    assert "Olive moved this" in answer.content.decode()
    assert PendingEdit.objects.get().cause == "gone"
    page = merge_page(second.client, answer.content.decode())
    assert page.post(_restore="1").status_code == 302
    ((name, text),) = typed.items()
    assert (value(obj, name), value(obj, "deleted_at")) == (text, None)
    assert PendingEdit.objects.get().resolution == "applied"


@pytest.mark.parametrize(("make", "typed", "delete"), GONE.values(), ids=GONE)
def test_what_is_deleted_for_good_leaves_the_text_of_who_edits_it(make, typed, delete, two):
    obj = make()
    _, second = two(obj)
    pk = obj.pk
    delete(obj, olive(email="b@example.com", is_superuser=True))
    answer = second.client.post(second.address, second.data | typed)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Olive deleted this" in page
    assert "Typed" in page
    assert PendingEdit.objects.get().object_id == pk


@pytest.mark.parametrize(("make", "typed", "delete"), ALL.values(), ids=ALL)
def test_edited_then_deleted_shows_what_changed_first(make, typed, delete, two):
    obj = make()
    first, second = two(obj)
    page = open_delete(second.client, obj)
    first.post(**typed)
    answer = page.client.post(page.address, page.data)
    assert answer.status_code == 200
    ((name, text),) = typed.items()
    told = answer.content.decode()
    assert "Olive changed" in told
    assert "since you opened this page" in told
    assert value(obj, name) == text
    # Having seen it, he deletes it.
    seen = OpenForm(second.client, page.address, "card", told)
    assert seen.client.post(page.address, seen.data | {"_reason": "Twice"}).status_code == 302
    entry = AuditEntry.objects.latest("id")
    assert (entry.source, entry.reason, entry.actor_label) == ("edit", "Twice", "Zoe")
    gone = type(obj).objects.filter(pk=obj.pk).first()
    assert gone is None or gone.deleted_at
