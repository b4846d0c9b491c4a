from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import Group, Permission
from django.db import connections, models, transaction
from django.utils import timezone

from apps.activity.actions import Source, record
from apps.activity.changes import created

REGIONS = """
    WITH RECURSIVE found(region) AS (
        SELECT min(region) FROM users WHERE deleted_at IS NULL AND region > ''
        UNION ALL
        SELECT (SELECT min(region) FROM users WHERE deleted_at IS NULL AND region > found.region)
        FROM found WHERE found.region IS NOT NULL
    )
    SELECT region FROM found WHERE region IS NOT NULL LIMIT 50
"""


# Django makes permissions for every model; no page looks at these.
UNUSED = ["admin", "contenttypes"]


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

    def administrators(self):
        """Who may log in and hand out every right: superusers, and the role Admin."""
        role = models.Exists(
            self.model.groups.through.objects.filter(
                user_id=models.OuterRef("pk"), group__name="Admin"
            )
        )
        return self.active().filter(models.Q(is_superuser=True) | role, is_staff=True)

    def regions(self) -> list[str]:
        """The regions of live users, at most fifty, each found by one step in the index.

        DISTINCT would read every row ("Loose indexscan",
        https://wiki.postgresql.org/wiki/Loose_indexscan).
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(REGIONS)
            return [region for (region,) in cursor.fetchall()]

    def manageable_by(self, person):
        """Whom `person` may change: nobody who holds a right that he does not hold."""
        if person.is_superuser:
            return self
        beyond = permissions_beyond(person)
        own = self.model.user_permissions.through.objects.filter(
            user_id=models.OuterRef("pk"), permission__in=beyond
        )
        by_group = Group.permissions.through.objects.filter(
            group__user=models.OuterRef("pk"), permission__in=beyond
        )
        return self.filter(~models.Exists(own), ~models.Exists(by_group), is_superuser=False)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, name: str, password: str | None = None, **fields):
        """For commands: staff make accounts by `actions.create_user`."""
        user = self.model(email=normalize_email(email), name=name.strip(), **fields)
        user.set_password(password)
        with transaction.atomic(self._db):
            user.save(using=self._db)
            record(created(user), "create", by=None, source=Source.COMMAND)
        return user

    def create_superuser(self, email: str, name: str, password: str | None = None, **fields):
        fields.update(is_staff=True, is_superuser=True)
        return self.create_user(email, name, password, **fields)

    def get_by_natural_key(self, username: str):
        """Log in with the address as people type it."""
        return self.get(email=normalize_email(username))


def permissions_held(person) -> models.QuerySet:
    """The permissions that `person` may give to others: those he holds himself."""
    if person.is_superuser:
        return Permission.objects.all()
    held = models.Q(user=person.pk) | models.Q(group__user=person.pk)
    return Permission.objects.filter(pk__in=Permission.objects.filter(held).values("pk"))


def permissions_offered(person) -> models.QuerySet:
    """Of those he may give, the ones that something here asks for."""
    return permissions_held(person).exclude(content_type__app_label__in=UNUSED)


def permissions_beyond(person) -> models.QuerySet:
    return Permission.objects.exclude(pk__in=permissions_held(person).values("pk"))


def groups_within(person) -> models.QuerySet:
    """The groups that `person` may give, take and change: none with a right beyond his own."""
    if person.is_superuser:
        return Group.objects.all()
    wider = Group.permissions.through.objects.filter(permission__in=permissions_beyond(person))
    return Group.objects.exclude(pk__in=wider.values("group_id"))


def normalize_email(email: str) -> str:
    """The one spelling an address is stored and looked up in: stripped, lower case."""
    return email.strip().lower()
