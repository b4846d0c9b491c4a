import datetime

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.users.models import Session, User
from apps.users.sessions import SessionStore, clear_expired_sessions, end_sessions
from apps.users.tasks import clear_sessions
from tests.factories import UserFactory, ed, mallory, olive, rory

pytestmark = pytest.mark.django_db
ADD = "/admin/users/user/add/"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_session_knows_its_user_address_and_last_use():
    olive()
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post(
        "/admin/login/", {"username": "OLIVE@example.com", "password": "correct-horse-battery"}
    )
    session = Session.objects.get()
    assert session.user.name == "Olive"
    assert session.address == "192.0.2.7"
    assert timezone.now() - session.last_used_at < datetime.timedelta(seconds=10)


def test_session_user_and_rights_come_in_one_statement():
    store = logged_in(ed()).session
    # What a process reads once: the names of the permissions.
    SessionStore(store.session_key).load()
    with CaptureQueriesContext(connection) as queries:
        loaded = SessionStore(store.session_key)
        loaded.load()
        assert loaded.user.name == "Ed"
        assert loaded.user.has_perm("posts.publish_post")
        assert not loaded.user.has_perm("users.change_user")
        assert loaded.user.get_all_permissions() >= {"posts.view_post", "users.view_user"}
    assert len(queries) == 1


def test_the_user_of_the_session_equals_the_one_the_orm_reads():
    user = ed(suspended_until=timezone.now() - datetime.timedelta(days=1), points=7)
    loaded = SessionStore(logged_in(user).session.session_key)
    loaded.load()
    stored = User.objects.get(pk=user.pk)
    for field in User._meta.concrete_fields:
        assert getattr(loaded.user, field.attname) == getattr(stored, field.attname), field
    assert loaded.user._state.db == "default"
    assert not loaded.user._state.adding


def test_own_rights_and_those_of_groups_add_up_and_a_superuser_holds_all():
    rory_ = rory()
    rory_.user_permissions.add(Permission.objects.get(codename="add_tag"))
    loaded = SessionStore(logged_in(rory_).session.session_key)
    loaded.load()
    assert loaded.user.has_perms(["posts.add_tag", "posts.view_post"])

    root = SessionStore(logged_in(UserFactory(is_superuser=True)).session.session_key)
    root.load()
    assert len(root.user.get_all_permissions()) == Permission.objects.count()


def test_a_right_taken_away_is_gone_at_the_next_request():
    user = olive()
    client = logged_in(user)
    assert client.get(ADD).status_code == 200
    user.groups.clear()
    assert client.get(ADD).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"deleted_at": timezone.now()},
        {"suspended_until": timezone.now() + datetime.timedelta(days=1)},
        {"password": "another hash"},
    ],
)
def test_who_may_no_longer_log_in_is_out_at_the_next_request(change):
    user = olive()
    client = logged_in(user)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=user.pk).update(**change)
    assert client.get("/admin/").status_code == 302


def test_a_session_is_not_believed_about_another_user():
    client, other = logged_in(mallory()), olive()
    Session.objects.update(user=other)
    assert client.get(ADD).status_code == 403


def test_a_session_of_a_rotated_secret_still_counts(settings):
    client = logged_in(olive())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one, long enough for everybody to be content with it"
    assert client.get(ADD).status_code == 200


def test_a_session_of_another_backend_does_not_count(settings):
    client = logged_in(olive())
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert client.get(ADD).status_code == 302


def test_use_is_noted_once_a_minute_and_is_no_edit():
    user = olive()
    client = logged_in(user)
    start = timezone.now()
    seen = User.objects.get(pk=user.pk)
    assert seen.last_seen_at is not None
    with time_machine.travel(start + datetime.timedelta(seconds=30), tick=False):
        client.get("/admin/")
    assert User.objects.get(pk=user.pk).last_seen_at == seen.last_seen_at
    later = start + datetime.timedelta(seconds=90)
    with time_machine.travel(later, tick=False):
        client.get("/admin/")
        client.get("/admin/")
    user.refresh_from_db()
    assert user.last_seen_at == Session.objects.get().last_used_at == later
    assert user.version == seen.version
    assert user.updated_at == seen.updated_at


def test_an_expired_session_does_not_count_and_clearsessions_removes_it():
    client = logged_in(olive())
    Session.objects.update(expire_date=timezone.now() - datetime.timedelta(seconds=1))
    assert client.get("/admin/").status_code == 302
    assert Session.objects.count() == 1
    call_command("clearsessions")
    assert Session.objects.count() == 0


def test_all_sessions_of_a_user_can_be_ended_but_one():
    user, other = olive(), ed()
    here, there, elsewhere = logged_in(user), logged_in(user), logged_in(other)
    end_sessions([user.pk], but=here.session.session_key)
    assert here.get("/admin/").status_code == 200
    assert there.get("/admin/").status_code == 302
    assert elsewhere.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "key", ["\x00" * 32, "x", "'" * 32, "a" * 10_000, "\\000aaaaaaaaaaaa", "é" * 32]
)
def test_a_hand_made_cookie_is_nobody(client, key):
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/admin/").status_code == 302


def test_an_anonymous_session_has_no_user(client):
    session = client.session
    session["seen"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert client.get("/admin/").status_code == 302
    assert Session.objects.get().user is None


def test_a_permission_made_while_the_process_runs_is_known_at_once():
    """Another process migrates, and a group is given what this one has not heard of."""
    user = ed()
    store = logged_in(user).session
    SessionStore(store.session_key).load()
    content_type = ContentType.objects.get_for_model(User)
    made = Permission.objects.create(content_type=content_type, codename="sing", name="Can sing")
    user.groups.get().permissions.add(made)
    loaded = SessionStore(store.session_key)
    loaded.load()
    assert loaded.user.has_perm("users.sing")


def test_expired_sessions_are_cleared_in_batches_and_others_stay():
    now = timezone.now()
    Session.objects.bulk_create(
        Session(session_key=f"{number:032}", session_data="", expire_date=now + late)
        for number, late in enumerate([datetime.timedelta(days=1), *[-datetime.timedelta(1)] * 5])
    )
    assert clear_expired_sessions(limit=2) == 2
    assert [one.text for one in clear_sessions()] == ["3 expired sessions removed"]
    assert Session.objects.get().expire_date > now
    assert list(clear_sessions()) == []
