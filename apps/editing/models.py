from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from apps.activity.recorded import recorded_as
from apps.editing.querysets import PendingEditQuerySet

WAITING = models.Q(resolved_at__isnull=True)


class PendingEdit(models.Model):
    """What somebody typed and could not save. It waits for him, and for nobody else.

    `payload` is `{"data": {name: [values]}, "files": {name: {"name", "type", "base64"}}}` as the
    browser posted it, without passwords; `decided` and `decided_at` are the answers that were given
    on the page of the edit, at a version, where that page could not be saved. `opened_version` is
    the one that the form was opened at; it and `object_id` are null for an add form.
    """

    class Cause(models.TextChoices):
        CONFLICT = "conflict", "somebody else changed the same"
        GONE = "gone", "it had been deleted"
        FORBIDDEN = "forbidden", "you could not change it any more"
        SESSION = "session", "your session had ended"
        CSRF = "csrf", "the form was no longer valid"
        LOCK = "lock", "somebody else was saving it"
        TIMEOUT = "timeout", "saving took too long"
        DATABASE = "database", "the database failed"
        ERROR = "error", "something broke"

    class Resolution(models.TextChoices):
        APPLIED = "applied", "Saved"
        MERGED = "merged", "Merged by hand"
        DISCARDED = "discarded", "Discarded"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(max_length=200, blank=True, db_default="", default="")
    opened_version = models.PositiveIntegerField(null=True)
    submission = models.CharField(max_length=200)
    payload = models.JSONField()
    cause = models.CharField(max_length=10, choices=Cause)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    resolution = models.CharField(max_length=10, choices=Resolution, null=True)
    resolved_at = models.DateTimeField(null=True)

    objects = PendingEditQuerySet.as_manager()

    class Meta:
        # Everybody has his own, and nobody another's.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["submission"], name="uniq_pending_submission"),
            models.CheckConstraint(
                condition=models.Q(resolution=None, resolved_at=None)
                | models.Q(resolution__isnull=False, resolved_at__isnull=False),
                name="pending_resolved_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "id"], condition=WAITING, name="idx_pending_waiting"),
            models.Index(fields=["created_at"], name="idx_pending_created"),
        ]

    def __str__(self):
        return f"Edit of {self.object_label or self.object_type}"

    @property
    def kind(self) -> str:
        """“post”; of a model that is gone, what it was called."""
        recorded = recorded_as(self.object_type)
        return str(recorded.model._meta.verbose_name) if recorded else self.object_type

    @property
    def is_waiting(self) -> bool:
        return self.resolved_at is None
