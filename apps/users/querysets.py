from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.utils import timezone


class UserQuerySet(models.QuerySet):
    def live(self):
        """Everybody who is not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def active(self):
        """Who may log in now: not in the trash, not switched off, not suspended."""
        return self.live().filter(
            models.Q(suspended_until__isnull=True) | models.Q(suspended_until__lte=timezone.now()),
            is_active=True,
        )

    def by_email(self, email: str):
        """The account of an address, however it is written; addresses are stored in lower case."""
        return self.filter(email=normalize_email(email))

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def trashed(self):
        return self.filter(deleted_at__isnull=False)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, name: str, password: str | None = None, **fields):
        user = self.model(email=normalize_email(email), name=name.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, name: str, password: str | None = None, **fields):
        fields.update(is_staff=True, is_superuser=True)
        return self.create_user(email, name, password, **fields)

    def get_by_natural_key(self, username: str):
        """Log in with the address as people type it."""
        return self.get(email=normalize_email(username))


def normalize_email(email: str) -> str:
    """The one spelling an address is stored and looked up in: stripped, lower case."""
    return email.strip().lower()
