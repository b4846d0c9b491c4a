"""How staff see and drive accounts, profiles and groups."""

from apps.users.admin.group import GroupAdmin
from apps.users.admin.user import UserAdmin

__all__ = ["GroupAdmin", "UserAdmin"]
