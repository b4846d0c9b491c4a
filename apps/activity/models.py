from django.db import models

from apps.activity.querysets import AuditEntryQuerySet, EntriesStay
from apps.database.expressions import ClockTime


class AuditEntry(models.Model):
    """One change of one object: who, when, why, and each field's old and new value.

    Append-only, and the only history there is. The actor is written down as he was then, and the
    object by type, id and label, so no row elsewhere has to stay for it. docs/history.md.
    """

    class Source(models.TextChoices):
        EDIT = "edit", "Edit"
        MERGE = "merge", "Merge"
        BULK = "bulk", "Bulk action"
        UNDO = "undo", "Undo"
        RESTORE = "restore", "Restore"
        SCHEDULE = "schedule", "Schedule"
        IMPORT = "import", "Import"
        COMMAND = "command", "Command"
        SYSTEM = "system", "System"

    at = models.DateTimeField(db_default=ClockTime(), editable=False)
    # Null: no person did it.
    actor_id = models.BigIntegerField(null=True, editable=False)
    actor_label = models.CharField(max_length=100, blank=True, db_default="", default="")
    actor_email = models.CharField(max_length=255, blank=True, db_default="", default="")
    actor_is_active = models.BooleanField(null=True)
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    object_label = models.CharField(max_length=200, blank=True, db_default="", default="")
    # The one that the change made; null for what has none.
    version = models.PositiveIntegerField(null=True)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, db_default="", default="")
    source = models.CharField(max_length=10, choices=Source)
    request_id = models.CharField(max_length=100, blank=True, db_default="", default="")
    operation_id = models.BigIntegerField(null=True)
    submission = models.CharField(max_length=200, null=True)
    about = models.BigIntegerField(null=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        # Nobody adds, changes or deletes one through a page.
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "version"], name="uniq_entry_version"
            ),
            models.UniqueConstraint(
                fields=["submission"],
                condition=models.Q(submission__isnull=False),
                name="uniq_entry_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="idx_entry_object"),
            models.Index(fields=["actor_id", "id"], name="idx_entry_actor"),
            # The reports count the entries of a day.
            models.Index(fields=["at"], name="idx_entry_at"),
        ]

    def __str__(self):
        return f"{self.action} {self.object_label}"

    def save(self, *args, **options):
        if not self._state.adding:
            raise EntriesStay
        super().save(*args, **options)

    def delete(self, *args, **options):
        raise EntriesStay
