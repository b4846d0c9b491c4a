"""What an account may do, read in one statement; and who holds more than whom.

`rights` are the names `has_perm` takes: "posts.publish_post".
"""

from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, connections

# For the row `u` of `users`; `{joined}` gathers the ids into one text. Ids, not names: naming them
# in the statement took it from 0.2 to 0.5 ms, on every page, most of it planning.
RIGHTS = """
    SELECT {joined} FROM (
        SELECT permission_id FROM users_user_permissions WHERE user_id = u.id
        UNION ALL
        SELECT gp.permission_id
        FROM users_groups ug
        JOIN auth_group_permissions gp ON gp.group_id = ug.group_id
        WHERE ug.user_id = u.id
    ) AS held
"""
JOINED = {
    "postgresql": "string_agg(permission_id::text, ' ')",
    "sqlite": "group_concat(permission_id, ' ')",
}


class MoreThanHeld(PermissionDenied):
    """Somebody tried to give, change or end what goes beyond his own rights."""


def rights_sql(using: str = DEFAULT_DB_ALIAS) -> str:
    """A subquery that gives the rights of `users u` as one text, to be read by `as_set`."""
    return RIGHTS.format(joined=JOINED[connections[using].vendor])


def as_set(ids: str | None, *, is_superuser: bool) -> set[str]:
    """The names of what was granted; a superuser holds every right there is."""
    names = _names or read_names()
    if is_superuser:
        return set(names.values())
    held = [int(number) for number in (ids or "").split()]
    if not all(number in names for number in held):
        names = read_names()
    return {names[number] for number in held if number in names}


# Id → name of every permission, as last read. An id never comes to mean another permission but
# after a flush, and then `post_migrate` empties this. What is granted is read on every request.
_names: dict[int, str] = {}


def read_names() -> dict[int, str]:
    global _names  # noqa: PLW0603
    rows = Permission.objects.values_list("id", "content_type__app_label", "codename")
    # A new one put in its place: other threads go on with the one they have.
    _names = {number: f"{label}.{codename}" for number, label, codename in rows}
    return _names


def forget_names(**kwargs) -> None:
    global _names  # noqa: PLW0603
    _names = {}


def rights_of(user) -> set[str]:
    """Every right of the account, switched off or not; a superuser's are all there are.

    `has_perm` of an inactive account is always False. What he would hold again
    once switched on is what guards must ask for.
    """
    if not hasattr(user, "_rights"):
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            sql = f"SELECT ({rights_sql()}) FROM users u WHERE u.id = %s"  # noqa: S608  # nosec B608
            cursor.execute(sql, [user.pk])
            row = cursor.fetchone()
        user._rights = as_set(row and row[0], is_superuser=user.is_superuser)
    return user._rights


def forget_rights(user) -> None:
    """Read them again when they are next asked for: they have just been changed."""
    for name in ("_rights", "_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        user.__dict__.pop(name, None)


def holds_more(user, *, than) -> bool:
    """Whether the account has a right that `than` has not; nobody holds more than a superuser."""
    if than.is_superuser:
        return False
    return user.is_superuser or not rights_of(user) <= rights_of(than)


def refuse_more_than_held(user, *, by) -> None:
    """Raises MoreThanHeld if the account holds more than the person who is about to change it."""
    if holds_more(user, than=by):
        raise MoreThanHeld(f"{user} holds rights that you do not hold.")
