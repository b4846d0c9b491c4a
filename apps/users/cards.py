"""What is shown of a person beside a post or a comment, kept in the cache as `user:{id}`.

Actions that change a user or his roles call `user_card.drop(user.pk)`.
"""

from typing import NamedTuple

from apps.backoffice.caching import cached
from apps.users.models import User


class UserCard(NamedTuple):
    name: str
    email: str
    region: str
    roles: str
    is_active: bool
    is_deleted: bool


@cached(expire_seconds=1_800, key_prefix="user")
def user_card(user_id: int) -> UserCard | None:
    """Two statements at a miss; None if nobody has the id, and that is kept too."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return None
    return UserCard(
        name=user.name,
        email=user.email,
        region=user.region,
        roles=role_names(user),
        is_active=user.is_active,
        is_deleted=user.deleted_at is not None,
    )


def role_names(user: User) -> str:
    """`Editor, Moderator`; a superuser without a role is called what he is."""
    names = list(user.groups.order_by("name").values_list("name", flat=True))
    return ", ".join(names) or ("Superuser" if user.is_superuser else "")
