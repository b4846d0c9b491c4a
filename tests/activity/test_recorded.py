"""What is recorded is decided field by field, and never a secret."""

import datetime
import json
from dataclasses import replace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from apps.activity.checks import SECRET, errors_of
from apps.activity.models import AuditEntry
from apps.activity.recorded import all_recorded, recorded_as
from apps.activity.values import as_json
from apps.database.models import Backfill
from apps.operations.models import Schedule
from apps.posts.models import Category, Comment, Post, Tag
from apps.users import actions as users
from apps.users.models import Profile, User
from tests.factories import UserFactory, olive


def test_every_versioned_model_has_a_history():
    versioned = {
        model
        for model in apps.get_models()
        if any(field.name == "version" for field in model._meta.fields) and model is not AuditEntry
    }
    assert versioned | {Group, Schedule, Backfill} == {
        recorded.model for recorded in all_recorded()
    }
    assert versioned == {User, Post, Comment, Category, Tag}


@pytest.mark.parametrize("recorded", all_recorded(), ids=str)
def test_every_field_is_decided_and_none_sounds_secret(recorded):
    assert errors_of(recorded) == []
    names = list(recorded.fields_there_are())
    assert names
    assert not [name for name in recorded.fields if SECRET.search(name)]


def test_a_field_without_a_decision_is_an_error():
    users_recorded = recorded_as(User)
    undecided = replace(users_recorded, left_out=users_recorded.left_out[1:])
    assert [(one.id, "password" in one.msg) for one in errors_of(undecided)] == [
        ("activity.E001", True)
    ]
    unknown = replace(users_recorded, fields=(*users_recorded.fields, "nickname"))
    assert [one.id for one in errors_of(unknown)] == ["activity.E001"]


def test_a_secret_that_is_recorded_is_an_error():
    known = recorded_as(User)
    leaking = replace(known, fields=(*known.fields, "password"), left_out=known.left_out[1:])
    assert [one.id for one in errors_of(leaking)] == ["activity.E002"]
    twice = replace(known, fields=(*known.fields, "password"))
    assert {one.id for one in errors_of(twice)} == {"activity.E001", "activity.E002"}


@pytest.mark.parametrize(
    "name",
    ["password", "api_key", "apikey", "reset_token", "session_key", "otp_seed", "SecretAnswer"],
)
def test_names_of_secrets_are_known(name):
    assert SECRET.search(name)


@pytest.mark.django_db
def test_no_password_and_no_hash_reaches_an_entry():
    by = olive(is_superuser=True)
    user = users.create_user(
        User(name="Nell", email="nell@example.com"), password="first-secret-word", by=by
    )
    users.set_password(user, "second-secret-word", by=by)
    users.change_user(user, {"name": "Nelly"}, profile={"picture": b"GIF89a-pixels"}, by=by)
    written = json.dumps(list(AuditEntry.objects.values()), default=str)
    hashed = User.objects.get(pk=user.pk).password
    assert AuditEntry.objects.count() == 3
    for secret in ("first-secret-word", "second-secret-word", hashed, "pixels"):
        assert secret not in written


@pytest.mark.django_db
def test_a_password_change_is_seen_without_values():
    user, by = UserFactory(), olive()
    users.set_password(user, "a quite new password", by=by)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.version, entry.changes) == ("password", 2, {})


LISBON = datetime.timezone(datetime.timedelta(hours=1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (Post.Status.DRAFT, "draft"),
        (
            datetime.datetime(2026, 5, 3, 12, 30, 1, 5, tzinfo=LISBON),
            "2026-05-03T11:30:01.000005+00:00",
        ),
        (Tag(pk=7), 7),
        ({3, 1, 2}, [1, 2, 3]),
        ([Tag(pk=9), Tag(pk=8)], [8, 9]),
        (
            memoryview(b"abc"),
            {
                "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "bytes": 3,
            },
        ),
    ],
)
def test_values_as_entries_keep_them(value, expected):
    kept = as_json(value)
    assert kept == expected
    assert type(kept) is type(expected)
    assert json.loads(json.dumps(kept)) == kept


def test_what_has_no_form_is_refused():
    with pytest.raises(TypeError):
        as_json(object())
    with pytest.raises(TypeError):
        as_json(1.5)


def test_a_picture_of_a_profile_is_never_its_bytes():
    assert isinstance(as_json(Profile(picture=b"GIF89a").picture), dict)
