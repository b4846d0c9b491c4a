"""What is done to accounts. `by` is who does it: he gives and takes nothing beyond his own rights.

The guards stand here as well as in the forms, which a hand-made request need not follow.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.activity.actions import Source, record, record_many
from apps.activity.changes import changed, created, deleted
from apps.activity.states import State, states
from apps.users.cards import user_card
from apps.users.models import Profile, User
from apps.users.querysets import groups_within, permissions_held
from apps.users.rights import MoreThanHeld, forget_rights, refuse_more_than_held
from apps.users.roles import is_role
from apps.users.sessions import end_sessions

STANDING = {"is_active", "is_staff", "is_superuser"}
# What set actions write; read together with the locks.
SET_FIELDS = ["suspended_until", "suspended_by", "suspension_reason", "is_active", "deleted_at"]


class LastAdministrator(PermissionDenied):
    """Nobody would be left who can hand out every right."""


@transaction.atomic
def create_user(
    user: User,
    *,
    password: str | None,
    groups: Iterable[Group] = (),
    profile: dict[str, Any] | None = None,
    by: User,
) -> User:
    """Save a new account; None for a password makes one that cannot log in."""
    guard_standing(user, [name for name in STANDING - {"is_active"} if getattr(user, name)], by=by)
    user.set_password(password)
    user.save(force_insert=True)
    give_groups(user, groups, by=by)
    save_profile(user, profile or {})
    record(created(user), "create", by=by)
    user_card.drop(user.pk)
    return user


@transaction.atomic
def change_user(
    user: User,
    values: dict[str, Any],
    *,
    groups: Iterable[Group] | None = None,
    profile: dict[str, Any] | None = None,
    by: User,
) -> User:
    """Write the given columns, roles and profile of an account as one edit.

    Another address is not verified unless the same edit says so. Raises MoreThanHeld, or
    LastAdministrator if it would leave nobody in charge.
    """
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    refuse_more_than_held(stored, by=by)
    guard_standing(stored, STANDING & values.keys(), by=by)
    if values.get("email", stored.email) != stored.email:
        values = {"email_verified": False} | values
    written = values | {f"profile.{name}": value for name, value in (profile or {}).items()}
    if groups is not None:
        written["groups"] = groups = list(groups)
    before = states(User.objects.filter(pk=user.pk), written)
    with (
        an_administrator_stays()
        if STANDING & values.keys() or groups is not None
        else nullcontext()
    ):
        write_users([user.pk], **values)
        if groups is not None:
            give_groups(user, groups, by=by)
    save_profile(user, profile or {})
    record_many(changed(User, before, written), "change", by=by)
    if values.get("is_active") is False or values.get("is_staff") is False:
        end_sessions([user.pk])
    return user


@transaction.atomic
def set_password(
    user: User, password: str, *, by: User | None, session_key: str | None = None
) -> None:
    """Set the password and log its owner out everywhere but from `session_key`.

    `by` None: an operator's command.
    """
    if by is not None:
        refuse_more_than_held(user, by=by)
    user.set_password(password)
    rows = User.objects.filter(pk=user.pk).select_for_update(no_key=True)
    before = states(rows)
    write_users([user.pk], password=user.password)
    # That it changed, and nothing of what it was or is.
    record_many(changed(User, before, {}), "password", by=by)
    end_sessions([user.pk], but=session_key)


@transaction.atomic
def suspend_users(queryset: QuerySet, *, until: datetime, reason: str, by: User) -> int:
    """Keep them from logging in until then and end their sessions; how many were suspended."""
    with an_administrator_stays():
        users = locked(queryset.live(), by=by)
        values = {"suspended_until": until, "suspended_by": by.pk, "suspension_reason": reason}
        update_users(users, values, "suspend", by=by)
    end_sessions(users)
    return len(users)


@transaction.atomic
def unsuspend_users(queryset: QuerySet, *, by: User) -> int:
    users = locked(queryset.live().filter(suspended_until__isnull=False), by=by)
    values = {"suspended_until": None, "suspended_by": None, "suspension_reason": ""}
    update_users(users, values, "unsuspend", by=by)
    return len(users)


@transaction.atomic
def activate_users(queryset: QuerySet, *, by: User) -> int:
    users = locked(queryset.live().filter(is_active=False), by=by)
    update_users(users, {"is_active": True}, "activate", by=by)
    return len(users)


@transaction.atomic
def deactivate_users(queryset: QuerySet, *, by: User) -> int:
    with an_administrator_stays():
        users = locked(queryset.live().filter(is_active=True), by=by)
        update_users(users, {"is_active": False}, "deactivate", by=by)
    end_sessions(users)
    return len(users)


@transaction.atomic
def trash_users(queryset: QuerySet, *, by: User) -> int:
    """Move them to the trash, where their addresses stay taken, and end their sessions."""
    with an_administrator_stays():
        users = locked(queryset.live(), by=by)
        update_users(users, {"deleted_at": timezone.now()}, "trash", by=by)
    end_sessions(users)
    return len(users)


@transaction.atomic
def restore_users(queryset: QuerySet, *, by: User) -> int:
    users = locked(queryset.trashed(), by=by)
    update_users(users, {"deleted_at": None}, "restore", by=by)
    return len(users)


@transaction.atomic
def save_group(
    group: Group, permissions: Iterable[Permission], *, by: User, is_new: bool = False
) -> None:
    """Write the name and make these its permissions. Raises MoreThanHeld also for what it had."""
    wanted = {permission.pk for permission in permissions}
    rows = Group.objects.filter(pk=group.pk).select_for_update(no_key=True)
    before = {} if is_new else states(rows, ["name", "permissions"])
    for name in [group.name, *(state.label for state in before.values())]:
        if is_role(name):
            raise PermissionDenied(f"The role {name} is written by Copydesk itself.")
    present = {pk for state in before.values() for pk in state.values["permissions"]}
    held = set(permissions_held(by).values_list("pk", flat=True))
    if not wanted | present <= held:
        raise MoreThanHeld("The group has rights that you do not hold.")
    group.save(force_insert=is_new)
    group.permissions.set(wanted)
    if is_new:
        record(created(group), "create", by=by)
    else:
        values = {"name": group.name, "permissions": wanted}
        record_many(changed(Group, before, values), "change", by=by)


@transaction.atomic
def delete_group(group: Group, *, by: User) -> None:
    """What it allowed its members is gone with it; that is an edit of each of them."""
    # Whoever is being given the group has got it before this, or waits and is refused.
    Group.objects.select_for_update().filter(pk=group.pk).first()
    members = User.objects.filter(groups=group.pk).order_by("pk")
    before = states(members.select_for_update(no_key=True, of=("self",)), ["groups"])
    record(deleted(group), "delete", by=by)
    group.delete()
    write_users(before)
    record_many(changed(User, before), "change", by=by)


def guard_standing(user: User, fields: Iterable[str], *, by: User) -> None:
    """Raises MoreThanHeld if `by` may not write these columns, or they are his own."""
    fields = set(fields)
    if fields and user.pk == by.pk:
        raise MoreThanHeld("Nobody changes his own standing.")
    if "is_superuser" in fields and not by.is_superuser:
        raise MoreThanHeld("Only a superuser makes superusers.")
    if "is_staff" in fields and not by.has_perm("users.manage_staff"):
        raise MoreThanHeld("You may not make users staff.")


def give_groups(user: User, groups: Iterable[Group], *, by: User) -> None:
    """Make these the groups of the user; what is given and taken has to be held by `by`."""
    wanted = {group.pk for group in groups}
    present = set(user.groups.values_list("pk", flat=True))
    if wanted == present:
        return
    refuse_own_roles(user, by=by)
    if not wanted ^ present <= set(groups_within(by).values_list("pk", flat=True)):
        raise MoreThanHeld("The roles hold rights that you do not hold.")
    user.groups.set(wanted)
    forget_rights(user)


def refuse_own_roles(user: User, *, by: User) -> None:
    if user.pk == by.pk or not by.has_perm("users.manage_staff"):
        raise MoreThanHeld("You may not give these roles.")


def save_profile(user: User, values: dict[str, Any]) -> None:
    """Write the given columns. Not `update_or_create`: it would read the picture."""
    if values and not Profile.objects.filter(pk=user.pk).update(**values):
        Profile.objects.create(user=user, **values)


@contextmanager
def an_administrator_stays() -> Iterator[None]:
    """Two administrators who end each other at once: the second waits here, and is refused."""
    before = list(
        User.objects.administrators()
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
        .values_list("pk", flat=True)
    )
    yield
    if before and not User.objects.administrators().filter(pk__in=before).exists():
        raise LastAdministrator("This is the last administrator.")


def locked(queryset: QuerySet, *, by: User) -> dict[int, State]:
    """The rows that `by` may act on, without himself, locked in the order of their ids."""
    rows = queryset.manageable_by(by).exclude(pk=by.pk).order_by("pk")
    return states(rows.select_for_update(no_key=True, of=("self",)), SET_FIELDS)


def update_users(users: dict[int, State], values: dict[str, Any], action: str, *, by: User) -> None:
    """One edit of each, with its entry."""
    write_users(users, **values)
    record_many(changed(User, users, values), action, by=by, source=Source.BULK)


def write_users(ids: Iterable[int], **values: Any) -> None:
    """A new version of each."""
    ids = list(ids)
    User.objects.filter(pk__in=ids).update(
        **values, version=F("version") + 1, updated_at=timezone.now()
    )
    for user_id in ids:
        user_card.drop(user_id)
