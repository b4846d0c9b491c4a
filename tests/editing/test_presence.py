"""Heartbeats of edit pages over HTTP: who is told what, and what is refused."""

import datetime
import json

import pytest
from django.test import Client
from django.utils import timezone

from apps.activity.actions import record
from apps.activity.changes import Change
from apps.activity.models import AuditEntry
from apps.activity.origin import origin
from apps.backoffice import guarded_redis
from apps.editing import heartbeat, presence
from apps.editing.presence import editors_of
from apps.posts.models import Comment, Post
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
    ed,
    mallory,
    olive,
    otto,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/editing/presence/"
Source = AuditEntry.Source


def beat_of(obj, **changes) -> dict:
    return {
        "type": obj._meta.label_lower,
        "id": obj.pk,
        "version": 1,
        "state": "editing",
        "tab": "0123456789abcdef",
        **changes,
    }


class Browser:
    """A person with a tab open."""

    def __init__(self, person, **options):
        self.person = person
        self.client = Client(**options)
        self.client.force_login(person)

    def post(self, body, **headers):
        body = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(ADDRESS, body, content_type="application/json", **headers)

    def told(self, obj, **changes) -> dict:
        response = self.post(beat_of(obj, **changes))
        assert response.status_code == 200
        return response.json()

    def sees(self, obj, **changes) -> list[tuple[str, str]]:
        return [(one["name"], one["state"]) for one in self.told(obj, **changes)["others"]]


@pytest.fixture
def post():
    return PostFactory()


@pytest.fixture
def as_olive():
    return Browser(olive())


@pytest.fixture
def as_ed():
    return Browser(ed())


def next_version(obj, by, action="change", **written) -> None:
    """A save as actions make them, with its entry."""
    obj.version += 1
    obj.save(update_fields=["version"])
    change = Change(obj._meta.label_lower, obj.pk, str(obj), obj.version)
    with origin(**written):
        record(change, action, by=by)


# Who is there


def test_two_people_are_told_of_each_other(as_olive, as_ed, post):
    assert as_olive.told(post) == {"others": [], "own": None, "saved": None}
    assert as_ed.sees(post) == [("Olive", "editing")]
    assert as_olive.sees(post, state="unsaved") == [("Ed", "editing")]
    assert as_ed.sees(post) == [("Olive", "unsaved")]


@pytest.mark.parametrize(
    "factory", [PostFactory, CommentFactory, CategoryFactory, TagFactory, UserFactory]
)
def test_every_versioned_object_has_its_visitors(as_olive, as_ed, factory):
    one, other = factory(), factory()
    as_olive.told(one)
    assert as_ed.sees(one) == [("Olive", "editing")]
    assert as_ed.sees(other) == []


def test_tabs_of_one_person_count_once_and_are_his_own(as_olive, as_ed, post):
    as_ed.told(post, tab="aaaaaaaa", state="unsaved")
    assert as_ed.told(post, tab="bbbbbbbb")["own"] == "unsaved"
    assert as_olive.sees(post) == [("Ed", "unsaved")]


def test_who_leaves_is_gone_at_once(as_olive, as_ed, post):
    as_ed.told(post)
    assert as_ed.post(beat_of(post, leaving=True)).status_code == 204
    assert as_olive.sees(post) == []


def test_who_only_reads_is_not_said_to_edit(as_olive, post):
    """Whatever he says of himself."""
    Browser(rory()).told(post, state="unsaved")
    assert editors_of("posts.post", post.pk) == []
    assert as_olive.sees(post) == [("Rory", "reading")]


def test_a_tab_that_died_is_forgotten(as_olive, as_ed, post, monkeypatch):
    monkeypatch.setattr(presence, "STAYS_SECONDS", 0.001)
    as_ed.told(post)
    assert as_olive.sees(post) == []


def test_editors_are_named_by_the_most_urgent(as_olive, as_ed, post):
    as_ed.told(post)
    as_olive.told(post, state="unsaved")
    assert editors_of("posts.post", post.pk) == ["Olive", "Ed"]
    assert editors_of("posts.post", post.pk, but=as_olive.person.pk) == ["Ed"]
    assert editors_of("posts.comment", post.pk) == []


def test_several_processes_without_redis_say_nothing(sqlite, settings, as_olive, as_ed, post):
    settings.PROCESSES = 2
    as_ed.told(post)
    next_version(post, as_ed.person)
    told = as_olive.told(post)
    assert (told["others"], told["own"]) == ([], None)
    assert told["saved"]["version"] == 2
    assert editors_of("posts.post", post.pk) == []


def test_without_redis_what_was_saved_is_still_told(
    spare_redis, settings, as_olive, as_ed, post, monkeypatch
):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    monkeypatch.setattr(guarded_redis, "SLOW_SECONDS", 5)
    as_ed.told(post)
    assert as_olive.sees(post) == [("Ed", "editing")]
    spare_redis.stop()
    next_version(post, as_ed.person)
    told = as_olive.told(post)
    assert told["others"] == []
    assert told["saved"]["by"] == "Ed"
    assert editors_of("posts.post", post.pk) == []
    guarded_redis.guard.close()


# What was saved


def test_a_newer_version_is_told_with_its_difference(as_olive, as_ed, post):
    next_version(post, ed(email="ed2@example.com"))
    next_version(post, as_ed.person)
    assert as_olive.told(post)["saved"] == {
        "version": 3,
        "by": "Ed",
        "when": "just now",
        "what": "",
        "address": f"/admin/posts/post/{post.pk}/history/?from=1&to=3",
    }
    assert as_olive.told(post, version=3)["saved"] is None


@pytest.mark.parametrize(
    ("action", "written", "expected"),
    [
        ("publish", {}, ("You", "Published")),
        ("publish", {"source": Source.SCHEDULE, "by": None}, ("The schedule", "Published")),
        ("change", {"source": Source.COMMAND, "by": None}, ("A command", "")),
        ("trash", {"source": Source.BULK}, ("You", "Moved to trash")),
    ],
)
def test_who_and_what_made_a_version(as_ed, post, action, written, expected):
    by = written.pop("by", as_ed.person)
    next_version(post, by, action, **written)
    saved = as_ed.told(post)["saved"]
    assert (saved["by"], saved["what"]) == expected


def test_a_version_without_an_entry_is_somebodys(as_ed, post):
    Post.objects.filter(pk=post.pk).update(version=4)
    saved = as_ed.told(post)["saved"]
    assert (saved["by"], saved["version"], saved["when"]) == ("Somebody", 4, "")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "a minute ago"),
        (125, "two minutes ago"),
        (12 * 60, "12 minutes ago"),
        (3599, "59 minutes ago"),
    ],
)
def test_how_long_ago(seconds, said):
    # Half a second for the time that passes here.
    moment = timezone.now() - datetime.timedelta(seconds=seconds + 0.5)
    assert heartbeat.ago(moment) == said


def test_after_an_hour_the_time_is_said():
    moment = datetime.datetime(2025, 3, 1, 9, 30, tzinfo=datetime.UTC)
    assert heartbeat.ago(moment) == "on 1 Mar 2025, 09:30"


# What it costs


@pytest.mark.parametrize("factory", [PostFactory, UserFactory])
def test_a_heartbeat_costs_two_queries_beside_the_session(
    as_olive, as_ed, factory, django_assert_num_queries
):
    obj = factory()
    as_olive.told(obj)
    # The session with its person and rights, the row.
    with django_assert_num_queries(2) as seen:
        as_olive.told(obj)
    assert '"content"' not in seen[1]["sql"]
    next_version(obj, as_ed.person)
    # And the entry of the new version.
    with django_assert_num_queries(3):
        as_olive.told(obj)
    with django_assert_num_queries(1):
        as_olive.post(beat_of(obj, leaving=True))


# What is refused


def test_only_who_may_see_the_object(post):
    for person in (mallory(), otto()):
        assert Browser(person).post(beat_of(post)).status_code == 403
    comment = CommentFactory()
    assert Browser(wren()).post(beat_of(comment)).status_code == 403
    assert presence.gatherings.present(f"presence:posts.post:{post.pk}") == []


def test_nobody_leaves_for_another(as_olive, as_ed, post):
    as_ed.told(post)
    as_olive.post(beat_of(post, leaving=True))
    assert as_olive.sees(post) == [("Ed", "editing")]


def test_logged_out_is_sent_to_the_login(client, post):
    response = client.post(ADDRESS, beat_of(post), content_type="application/json")
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_without_the_forms_token_it_is_refused(post):
    browser = Browser(olive(), enforce_csrf_checks=True)
    response = browser.post(beat_of(post))
    assert response.status_code == 403
    # The script tells it from a right that is missing.
    assert response["Content-Type"].startswith("text/html")
    browser.client.get(f"/admin/posts/post/{post.pk}/change/")
    token = browser.client.cookies["csrftoken"].value
    assert browser.post(beat_of(post), headers={"X-CSRFToken": token}).status_code == 200


def test_only_by_post(as_olive):
    methods = ["get", "head", "put", "patch", "delete", "options"]
    answers = {method: getattr(as_olive.client, method)(ADDRESS).status_code for method in methods}
    assert answers == dict.fromkeys(methods, 405)


WRONG_VALUES = [
    {"type": 7},
    {"type": None},
    {"id": "7"},
    {"id": True},
    {"id": 0},
    {"id": -1},
    {"id": 1.5},
    {"id": 2**63},
    {"version": None},
    {"version": 2**31},
    {"state": "sleeping"},
    {"state": ["editing"]},
    {"tab": "short"},
    {"tab": "x" * 33},
    {"tab": "ABCDEFGHIJ"},
    {"tab": "0123456 9"},
    {"tab": "01234567\n"},
    {"tab": 12345678},
    {"leaving": "yes"},
    {"more": 1},
]
NO_HEARTBEATS = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "{}",
    '{"__class__": 1}',
    b"\xff\xfe",
    "[" * 500,
    "1" * 500,
    '{"type": "posts.post", "id": NaN, "version": 1, "state": "editing", "tab": "01234567"}',
]


def test_what_is_no_heartbeat_is_refused(as_olive, post):
    bodies = [json.dumps(beat_of(post, **wrong)) for wrong in WRONG_VALUES] + NO_HEARTBEATS
    answers = {body: as_olive.post(body).status_code for body in bodies}
    assert answers == dict.fromkeys(bodies, 400)


def test_a_large_body_is_not_read(as_olive, post):
    body = json.dumps(beat_of(post))
    assert as_olive.post(body.ljust(512)).status_code == 200
    assert as_olive.post(body.ljust(513)).status_code == 413
    assert as_olive.post(body.ljust(64 * 1024)).status_code == 413


def test_what_has_no_versions_is_not_found(as_olive, post):
    labels = ["auth.group", "posts.nothing", "users.session", "", "posts", "a.b.c", "\ud800"]
    beats = {label: beat_of(post, type=label) for label in labels}
    answers = {label: as_olive.post(beat).status_code for label, beat in beats.items()}
    assert answers == dict.fromkeys(labels, 404)


def test_what_is_not_there_is_not_found(as_olive, post):
    assert as_olive.post(beat_of(post, id=2**63 - 1)).status_code == 404
    comment = CommentFactory()
    beat = beat_of(comment)
    Comment.objects.filter(pk=comment.pk).delete()
    assert as_olive.post(beat).status_code == 404


def test_markup_in_a_name_stays_text(as_ed, post):
    Browser(UserFactory(name="<b>Olive</b>", staff=True, role="Admin")).told(post)
    response = as_ed.post(beat_of(post))
    assert response["Content-Type"] == "application/json"
    assert response.json()["others"][0]["name"] == "<b>Olive</b>"


# The page


@pytest.mark.parametrize(("who", "state"), [(ed, "editing"), (rory, "reading")])
def test_the_page_of_a_versioned_object_has_the_line(client, post, who, state):
    client.force_login(who())
    html = client.get(f"/admin/posts/post/{post.pk}/change/").content.decode()
    assert f'data-url="{ADDRESS}" data-type="posts.post" data-id="{post.pk}"' in html
    assert f'data-version="1" data-state="{state}"' in html


def test_a_page_without_versions_has_none(client):
    client.force_login(olive())
    assert "presence" not in client.get("/admin/posts/post/add/").content.decode()


def test_a_form_in_place_of_a_heartbeat_is_refused(client):
    client.handler.enforce_csrf_checks = True
    client.force_login(olive())
    client.get("/admin/")
    token = client.cookies["csrftoken"].value
    answer = client.post("/admin/editing/presence/", {"csrfmiddlewaretoken": token, "type": "x"})
    assert answer.status_code == 400
