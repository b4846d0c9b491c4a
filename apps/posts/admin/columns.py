"""Cells and filters that the lists of posts and comments share."""

from html import escape

from django.db.models import Exists, OuterRef, Q

from apps.backoffice.filters import ConditionFilter
from apps.backoffice.rows import text
from apps.posts.wording import cut
from apps.users.models import User

BODY_CHARACTERS = 160
TITLE_CHARACTERS = 48


def person(name: str | None, region: str | None) -> str:
    if not region:
        return text(name)
    return f'{escape(name or "")} <span class="quiet">{escape(region)}</span>'


def commenter(name: str | None, visitor: str) -> str:
    """An account's name, or a visitor's, marked as one."""
    return text(name) if name else f'{escape(visitor)} <span class="quiet">visitor</span>'


def beginning(body: str) -> str:
    return escape(cut(body, BODY_CHARACTERS))


def post_title(title: str, deleted_at: object) -> str:
    """A comment's post; its comments stay in the list while it is in the trash."""
    mark = ' <span class="badge archived">in the trash</span>' if deleted_at else ""
    return escape(cut(title, TITLE_CHARACTERS)) + mark


def author_is_active(value: str) -> Q:
    """`EXISTS`, not a join: one probe per row walked. Active is who may log in at this moment."""
    found = Exists(User.objects.active().filter(pk=OuterRef("author_id")))
    return Q(found) if value == "yes" else ~Q(found)


def author_active_filter() -> ConditionFilter:
    choices = [("yes", "Yes"), ("no", "No")]
    return ConditionFilter("author_active", choices, author_is_active, "author active")
