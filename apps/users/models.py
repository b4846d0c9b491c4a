from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils import timezone

from apps.database.expressions import Bytewise
from apps.users.querysets import UserManager

LIVE = models.Q(deleted_at__isnull=True)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail address", max_length=255)
    name = models.CharField(max_length=100)
    # The address is the person's own, as far as anybody has looked.
    email_verified = models.BooleanField(
        "e-mail address verified",
        default=False,
        db_default=False,
        help_text="Whoever changes the address makes it unverified, unless he says otherwise.",
    )
    phone = models.CharField(
        max_length=20,
        null=True,
        blank=True,
        validators=[
            RegexValidator(r"^\+?[0-9][0-9 ()/.-]*$", "Write digits, spaces and + ( ) / . - only.")
        ],
    )
    region = models.CharField(max_length=40, blank=True, db_default="", default="")
    is_active = models.BooleanField(
        "active",
        default=True,
        db_default=True,
        help_text="Switch off instead of deleting: an inactive account cannot log in.",
    )
    is_staff = models.BooleanField(
        "staff", default=False, db_default=False, help_text="May log in to this back office."
    )
    points = models.BigIntegerField(default=0, db_default=0, editable=False)
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=200, blank=True, db_default="", default="")
    # The index of its own is partial: hardly anybody is suspended.
    suspended_by = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    import_key = models.CharField(max_length=200, null=True, blank=True, editable=False)

    # The column is of no use here: sessions know when they were used last.
    last_login = None

    # What entries of before call a field.
    former_names = {"suspended_reason": "suspension_reason"}

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "users"
        permissions = [
            ("suspend_user", "Can suspend users"),
            ("manage_staff", "Can make users staff and give them roles"),
            ("export_emails", "Can export e-mail addresses"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="uniq_users_email",
                violation_error_message="A user with this e-mail address exists already.",
            ),
            models.UniqueConstraint(
                fields=["import_key"],
                name="uniq_users_import_key",
                violation_error_message="This user has been imported already.",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="users_email_is_lower",
                violation_error_message="Write the e-mail address in lower case.",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="users_name_not_blank",
                violation_error_message="Give the user a name.",
            ),
            models.CheckConstraint(
                condition=models.Q(points__gte=0),
                name="users_points_not_negative",
                violation_error_message="Points cannot go below zero.",
            ),
        ]
        indexes = [
            models.Index(fields=["email"], condition=LIVE, name="idx_users_active_email"),
            models.Index(fields=["created_at", "id"], condition=LIVE, name="idx_users_created"),
            models.Index(
                Bytewise(Lower("name")), models.F("id"), condition=LIVE, name="idx_users_name"
            ),
            models.Index(Bytewise("email"), models.F("id"), condition=LIVE, name="idx_users_email"),
            models.Index(fields=["points", "id"], condition=LIVE, name="idx_users_points"),
            models.Index(
                fields=["region", "created_at", "id"], condition=LIVE, name="idx_users_region"
            ),
            models.Index(
                fields=["is_staff", "created_at", "id"], condition=LIVE, name="idx_users_staff"
            ),
            models.Index(
                fields=["is_active", "created_at", "id"], condition=LIVE, name="idx_users_active"
            ),
            models.Index(fields=["deleted_at", "id"], condition=~LIVE, name="idx_users_trash"),
            models.Index(
                fields=["email_verified", "created_at", "id"],
                condition=LIVE,
                name="idx_users_verified",
            ),
            # Looked through before an account is deleted for good: it may have suspended others.
            models.Index(
                fields=["suspended_by"],
                condition=models.Q(suspended_by__isnull=False),
                name="idx_users_suspended_by",
            ),
            models.Index(
                fields=["suspended_until"],
                condition=LIVE & models.Q(suspended_until__isnull=False),
                name="idx_users_suspended",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        self.name = self.name.strip()
        self.email = self.email.strip().lower()

    @property
    def is_suspended(self) -> bool:
        return self.suspended_until is not None and self.suspended_until > timezone.now()


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="profile")
    bio = models.TextField(blank=True, default="", db_default="", max_length=5_000)
    website = models.URLField(blank=True, default="", db_default="")
    picture = models.BinaryField(null=True, blank=True, editable=True)

    class Meta:
        db_table = "profiles"

    def __str__(self):
        return f"Profile of {self.user}"


class Session(AbstractBaseSession):
    """Sessions live in the database: an outage of Redis can neither lose nor revive one."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    address = models.GenericIPAddressField(null=True)
    last_used_at = models.DateTimeField(db_default=Now())

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls):
        from apps.users.sessions import SessionStore

        return SessionStore
