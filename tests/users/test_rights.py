"""No one grants what he does not hold: attempts that have to fail, and would without the guards."""

import contextlib
import datetime
from unittest import mock

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from apps.users import actions, querysets, rights
from apps.users.admin import group as group_page
from apps.users.admin import user as user_page
from apps.users.models import User
from tests.factories import PASSWORD, UserFactory, mallory, olive, staff

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
    "give a group more": lambda by, group, **_: actions.save_group(group, [beyond()], by=by),
    "change a group that holds more": lambda by, wide, **_: actions.save_group(wide, [], by=by),
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
    """All that an attempt could change; a new user without rights is nobody's gain."""
    known = User.objects.exclude(email="new@example.com", is_superuser=False)
    users = known.order_by("pk").values_list(
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


ANYBODY = {
    (rights, "holds_more"): lambda user, than: False,
    (actions, "guard_standing"): lambda *args, **kwargs: None,
    (querysets.UserQuerySet, "manageable_by"): lambda self, person: self,
    (actions, "groups_within"): lambda person: Group.objects.all(),
    (actions, "permissions_held"): lambda person: Permission.objects.all(),
    # Stands for the rule that nobody gives himself a role.
    (actions, "refuse_own_roles"): lambda user, by: None,
}
ANYTHING = {
    (user_page, "holds_more"): lambda user, than: False,
    (user_page, "groups_within"): lambda person: Group.objects.all(),
    (user_page.UserAdmin, "rights_withheld"): lambda *args: [],
    (user_page.UserAdmin, "may_end"): lambda *args: True,
    (group_page, "permissions_offered"): lambda person: Permission.objects.all(),
    (group_page.GroupAdmin, "is_within"): lambda *args: True,
}


def without(*guards: dict) -> contextlib.ExitStack:
    stack = contextlib.ExitStack()
    for (place, name), stand_in in {k: v for each in guards for k, v in each.items()}.items():
        stack.enter_context(mock.patch.object(place, name, stand_in))
    return stack


@pytest.fixture
def without_guards():
    with without(ANYBODY):
        yield


def page(user: User, name: str = "change") -> str:
    return f"/admin/users/user/{user.pk}/{name}/"


def form_of(user: User, **changes) -> dict:
    data = {"name": user.name, "email": user.email, "region": "", "is_active": "on"}
    data |= {"groups": list(user.groups.values_list("pk", flat=True))}
    data |= {"is_staff": "on"} if user.is_staff else {}
    data |= {"is_superuser": "on"} if user.is_superuser else {}
    inline = {"profile-TOTAL_FORMS": "0", "profile-INITIAL_FORMS": "0"}
    return {key: value for key, value in (data | inline | changes).items() if value is not None}


def role(name: str) -> list[int]:
    return [Group.objects.get(name=name).pk]


def selected(user: User, action: str, **more) -> tuple[str, dict]:
    return "/admin/users/user/", {"action": action, "_selected_action": user.pk, **more}


MINE = {"email": "mine@example.com"}
KNOWN = {"new_password1": "a password I know", "new_password2": "a password I know"}
NEW = {"password1": PASSWORD, "password2": PASSWORD}
SUSPEND = {"_suspend": "1", "until": f"{NEXT_WEEK:%Y-%m-%dT%H:%M}", "reason": "Mine now"}

POSTS = {
    "make oneself a superuser": lambda by, **_: (page(by), form_of(by, is_superuser="on")),
    "make another a superuser": lambda plain, **_: (page(plain), form_of(plain, is_superuser="on")),
    "unmake a superuser": lambda root, **_: (page(root), form_of(root, is_superuser=None)),
    "give oneself a role": lambda by, **_: (page(by), form_of(by, groups=role("Editor"))),
    "give another a role beyond": lambda plain, **_: (
        page(plain), form_of(plain, groups=role("Admin")),
    ),
    "add a superuser": lambda **_: (
        "/admin/users/user/add/",
        form_of(User(id=0, name="New", email="new@example.com"), is_superuser="on", **NEW),
    ),
    "add a user with a role beyond": lambda **_: (
        "/admin/users/user/add/",
        form_of(User(id=0, name="New", email="new@example.com"), **NEW, groups=role("Admin")),
    ),
    "take the roles of who holds more": lambda chief, **_: (
        page(chief), form_of(chief, groups=[]),
    ),
    "change the e-mail of who holds more": lambda chief, **_: (
        page(chief), form_of(chief, **MINE),
    ),
    "change the e-mail of a superuser": lambda root, **_: (page(root), form_of(root, **MINE)),
    "change the password of who holds more": lambda chief, **_: (page(chief, "password"), KNOWN),
    "change the password of a superuser": lambda root, **_: (page(root, "password"), KNOWN),
    "switch off who holds more": lambda chief, **_: (
        page(chief), form_of(chief, is_active=None),
    ),
    "delete who holds more": lambda chief, **_: (page(chief, "delete"), {"post": "yes"}),
    "delete who holds more, selected": lambda chief, **_: selected(chief, "move_to_trash"),
    "switch off a superuser, selected": lambda root, **_: selected(root, "deactivate"),
    "suspend who holds more": lambda chief, **_: (page(chief, "suspend"), SUSPEND),
    "suspend who holds more, selected": lambda chief, **_: selected(chief, "suspend", **SUSPEND),
    "delete oneself, selected": lambda by, **_: selected(by, "move_to_trash"),
    "give a group more": lambda group, **_: (
        f"/admin/auth/group/{group.pk}/change/", {"name": "Narrow", "permissions": beyond().pk},
    ),
    "add a group that holds more": lambda **_: (
        "/admin/auth/group/add/", {"name": "Mine", "permissions": beyond().pk},
    ),
    "change a group that holds more": lambda wide, **_: (
        f"/admin/auth/group/{wide.pk}/change/", {"name": "Wide"},
    ),
    "delete a group that holds more": lambda wide, **_: (
        f"/admin/auth/group/{wide.pk}/delete/", {"post": "yes"},
    ),
}  # fmt: skip
# What the forms leave out is not asked of the actions again.
BY_THE_PAGE_ALONE = {"delete a group that holds more"}
# The query of every set leaves out who asks: there is no guard to take away.
OWN_SELECTION = "delete oneself, selected"
BY_THE_ACTION_ALONE = {name for name in POSTS if name.endswith("selected")}


def send(client, cast, name) -> bool:
    """Whether the request changed anything."""
    client.force_login(cast["by"])
    before = standing()
    address, data = POSTS[name](**cast)
    assert client.post(address, data).status_code in (200, 302, 403)
    return standing() != before


@pytest.mark.parametrize("name", POSTS)
def test_a_hand_made_request_changes_nothing(client, cast, name):
    assert not send(client, cast, name)


@pytest.mark.parametrize("name", [name for name in POSTS if name not in BY_THE_ACTION_ALONE])
def test_the_pages_alone_refuse_it(client, cast, name):
    with without(ANYBODY):
        assert not send(client, cast, name)


@pytest.mark.parametrize("name", [name for name in POSTS if name not in BY_THE_PAGE_ALONE])
def test_the_actions_alone_refuse_it(client, cast, name):
    with without(ANYTHING):
        assert not send(client, cast, name)


@pytest.mark.parametrize("name", [name for name in POSTS if name != OWN_SELECTION])
def test_without_both_it_would_change_something(client, cast, name):
    with without(ANYBODY, ANYTHING):
        assert send(client, cast, name)


def test_both_ways_of_asking_who_holds_more_agree(cast):
    """In Python for one account, in SQL for a set."""
    cast = [value for value in cast.values() if isinstance(value, User)]
    cast += [mallory(), UserFactory(is_superuser=True, is_active=False)]
    for person in cast:
        manageable = set(User.objects.manageable_by(person).values_list("pk", flat=True))
        for user in User.objects.all():
            assert (user.pk in manageable) == (not rights.holds_more(user, than=person))
