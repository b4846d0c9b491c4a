"""What of accounts and groups is recorded; registered in `ready()`."""

from django.contrib.auth.models import Group

from apps.activity.recorded import Recorded, register
from apps.users.models import Profile, User

register(
    Recorded(
        model=User,
        label="name",
        fields=(
            "email", "email_verified", "name", "phone", "region", "is_active", "is_staff",
            "is_superuser", "groups",
            "suspended_until", "suspended_by", "suspension_reason", "deleted_at",
            "profile.bio", "profile.website", "profile.picture",
        ),
        left_out=(
            "password",
            # Counters and marks, moved without a version.
            "points", "last_seen_at",
            # Never edited, or the entry's own columns.
            "id", "created_at", "updated_at", "version", "import_key", "profile.user",
            # No page gives a right to one account alone.
            "user_permissions",
        ),
        parts={"profile": Profile},
    )
)  # fmt: skip
register(
    Recorded(model=Group, label="name", fields=("name", "permissions"), left_out=("id",)),
)
