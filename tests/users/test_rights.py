"""No one grants what he does not hold: attempts that have to fail, and would without the guards."""

import contextlib
import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.users import actions, querysets, rights
from apps.users.models import User
from tests.factories import UserFactory, mallory, olive, staff

pytestmark = pytest.mark.django_db
NEXT_WEEK = timezone.now() + datetime.timedelta(days=7)


def clerk() -> User:
    """May do to accounts whatever Django's permissions allow, and holds nothing beyond."""
    group = Group.objects.create(name="Clerks")
    names = ["add_user", "change_user", "delete_user", "view_user", "suspend_user", "manage_staff"]
    names += ["add_group", "change_group", "delete_group", "view_group", "add_profile"]
    group.permissions.set(Permission.objects.filter(codename__in=[*names, "change_profile"]))
    user = staff("Clara")
    user.groups.add(group)
    return user


def groups(*names: str) -> list[Group]:
    return list(Group.objects.filter(name__in=names))


def beyond() -> Permission:
    return Permission.objects.get(codename="publish_post")


ATTEMPTS = {
    "make oneself a superuser": lambda by, **_: actions.change_user(
        by, {"is_superuser": True}, by=by
    ),
    "make another a superuser": lambda by, plain, **_: actions.change_user(
        plain, {"is_superuser": True}, by=by
    ),
    "add a superuser": lambda by, **_: actions.create_user(
        User(name="New", email="new@example.com", is_superuser=True), password=None, by=by
    ),
    "give oneself a role": lambda by, **_: actions.change_user(
        by, {}, groups=groups("Editor"), by=by
    ),
    "give another a role beyond": lambda by, plain, **_: actions.change_user(
        plain, {}, groups=groups("Editor"), by=by
    ),
    "add a user with a role beyond": lambda by, **_: actions.create_user(
        User(name="New", email="new@example.com"), password=None, groups=groups("Admin"), by=by
    ),
    "take a role from who holds more": lambda by, chief, **_: actions.change_user(
        chief, {}, groups=[], by=by
    ),
    "change the e-mail of who holds more": lambda by, chief, **_: actions.change_user(
        chief, {"email": "mine@example.com"}, by=by
    ),
    "change the password of who holds more": lambda by, chief, **_: actions.set_password(
        chief, "a password I know", by=by
    ),
    "change the e-mail of a superuser": lambda by, root, **_: actions.change_user(
        root, {"email": "mine@example.com"}, by=by
    ),
    "change the password of a superuser": lambda by, root, **_: actions.set_password(
        root, "a password I know", by=by
    ),
    "switch off who holds more": lambda by, chief, **_: actions.change_user(
        chief, {"is_active": False}, by=by
    ),
    "delete who holds more": lambda by, chief, **_: actions.trash_users(
        User.objects.filter(pk=chief.pk), by=by
    ),
    "delete a superuser": lambda by, root, **_: actions.trash_users(
        User.objects.filter(pk=root.pk), by=by
    ),
    "suspend who holds more": lambda by, chief, **_: actions.suspend_users(
        User.objects.filter(pk=chief.pk), until=NEXT_WEEK, reason="", by=by
    ),
    "give a group more": lambda by, group, **_: actions.set_group_permissions(
        group, [beyond()], by=by
    ),
    "change a group that holds more": lambda by, wide, **_: actions.set_group_permissions(
        wide, [], by=by
    ),
}


@pytest.fixture
def cast():
    wide = Group.objects.create(name="Wide")
    wide.permissions.add(beyond())
    return {
        "by": clerk(),
        "plain": UserFactory(),
        "chief": olive(),
        "root": UserFactory(is_superuser=True, is_staff=True),
        "group": Group.objects.create(name="Narrow"),
        "wide": wide,
    }


def standing() -> list:
    """All that an attempt could change."""
    users = User.objects.order_by("pk").values_list(
        "pk", "email", "password", "is_active", "is_staff", "is_superuser", "deleted_at",
        "suspended_until",
    )  # fmt: skip
    members = User.groups.through.objects.order_by("pk").values_list("user_id", "group_id")
    grants = Group.permissions.through.objects.order_by("pk").values_list("group", "permission")
    return [list(users), list(members), list(grants)]


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_an_attempt_changes_nothing(attempt, cast):
    before = standing()
    with contextlib.suppress(PermissionDenied):
        assert attempt(**cast) == 0
    assert standing() == before


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_without_the_guards_it_would_change_something(attempt, cast, without_guards):
    before = standing()
    attempt(**cast)
    assert standing() != before


@pytest.fixture
def without_guards(monkeypatch, cast):
    monkeypatch.setattr(rights, "holds_more", lambda user, than: False)
    monkeypatch.setattr(actions, "guard_standing", lambda *args, **kwargs: None)
    monkeypatch.setattr(querysets.UserQuerySet, "manageable_by", lambda self, person: self)
    monkeypatch.setattr(actions, "groups_within", lambda person: Group.objects.all())
    monkeypatch.setattr(actions, "permissions_held", lambda person: Permission.objects.all())
    # Stands for the rule that nobody gives himself a role.
    monkeypatch.setattr(actions, "refuse_own_roles", lambda user, by: None)


def test_both_ways_of_asking_who_holds_more_agree(cast):
    """In Python for one account, in SQL for a set."""
    cast = [value for value in cast.values() if isinstance(value, User)]
    cast += [mallory(), UserFactory(is_superuser=True, is_active=False)]
    for person in cast:
        manageable = set(User.objects.manageable_by(person).values_list("pk", flat=True))
        for user in User.objects.all():
            assert (user.pk in manageable) == (not rights.holds_more(user, than=person))
