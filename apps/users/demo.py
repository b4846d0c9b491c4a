"""The staff of a demo, one account for each role, with a password that everybody knows."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.users.models import User

PASSWORD = "copydesk-demo"  # noqa: S105  # nosec B105  Printed by `make run`.
STAFF = {
    "admin@example.com": ("Ada Marlow", "Admin"),
    "editor@example.com": ("Ed Thornbury", "Editor"),
    "writer@example.com": ("Wilma Saltmarsh", "Writer"),
    "moderator@example.com": ("Mo Larkfield", "Moderator"),
    "analyst@example.com": ("Ann Greywell", "Analyst"),
    "operator@example.com": ("Otto Kingsmead", "Operator"),
}

# Before the first of the two years of posts, some of which are theirs.
SINCE = timedelta(days=800)


class RefusedError(Exception):
    """The accounts would be a door for strangers; the message says why."""


@transaction.atomic
def make_demo_staff() -> int:
    """Make the accounts that are missing and give each its role; how many were made.

    An account that is there keeps its password and name. Raises RefusedError outside development,
    and where other staff work already: `manage.py` takes the development settings by itself, so
    on a server they alone are no proof of a laptop.
    """
    if not getattr(settings, "DEMO_STAFF_ALLOWED", False):
        raise RefusedError(
            "The demo accounts have a public password: only development may have them."
        )
    present = set(User.objects.filter(email__in=STAFF).values_list("email", flat=True))
    if not present and User.objects.filter(is_staff=True).exists():
        raise RefusedError("This database has staff of its own, so it gets no demo accounts.")
    for email, (name, role) in STAFF.items():
        if email in present:
            continue
        # Admin's account may do what later versions add before a role names it.
        person = User.objects.create_user(
            email,
            name,
            PASSWORD,
            is_staff=True,
            is_superuser=role == "Admin",
            created_at=timezone.now() - SINCE,
        )
        person.groups.set(Group.objects.filter(name=role))
    return len(STAFF) - len(present)


def ids_of(role: str) -> tuple[int, ...]:
    """The demo accounts of a role: one, or none where there is no demo."""
    emails = [email for email, (_, its) in STAFF.items() if its == role]
    return tuple(User.objects.filter(email__in=emails).values_list("id", flat=True))


def next_user_id() -> int:
    return (User.objects.aggregate(last=Max("id"))["last"] or 0) + 1
