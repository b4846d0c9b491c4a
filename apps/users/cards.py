"""What is shown of a person beside a post or a comment, kept in the cache as `user:{id}`.

Actions that change a user or his roles call `user_card.drop(user.pk)`.
"""

from typing import NamedTuple

from apps.backoffice.caching import cached
from apps.database.planned import Given, PlannedQuery
from apps.users.models import User


class UserCard(NamedTuple):
    name: str
    email: str
    region: str
    roles: str
    is_active: bool
    is_deleted: bool


COLUMNS = ["name", "email", "region", "is_active", "deleted_at", "is_superuser", "groups__name"]
# One statement, a row for each role.
CARD = PlannedQuery(
    lambda: User.objects.filter(pk=Given("user")).order_by("groups__name").values_list(*COLUMNS)
)


@cached(expire_seconds=1_800, key_prefix="user")
def user_card(user_id: int) -> UserCard | None:
    """One statement at a miss; None if nobody has the id, and that is kept too."""
    found = CARD.rows(user=user_id)
    if not found:
        return None
    name, email, region, is_active, deleted_at, is_superuser, _ = found[0]
    roles = ", ".join(role for *_, role in found if role)
    return UserCard(
        name=name,
        email=email,
        region=region,
        # A superuser without a role is called what he is.
        roles=roles or ("Superuser" if is_superuser else ""),
        is_active=is_active,
        is_deleted=deleted_at is not None,
    )
