"""What `migrate` and the backfills leave for the next run, and for the page that shows it."""

from django.db import models

from .expressions import ClockTime

NAME_LENGTH = 255


class MigrationRun(models.Model):
    """One attempt at one migration, in one direction. All times are the database's.

    `longest_wait_ms` is the longest that anyone can have stood behind it: how long its
    slowest attempt at a statement asked for or held a lock that keeps others out.
    `statements` holds, for each statement that ended, `{"kind", "lock", "table", "rows",
    "bytes", "seconds", "wait_ms", "retries"}`: what later plans expect is measured there.
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        # Killed or interrupted; found by the next run.
        STOPPED = "stopped", "Stopped"
        LOCK_BUSY = "lock_busy", "Lock busy"
        DATA_REFUSED = "data_refused", "Data refused it"
        FAILED = "failed", "Failed"

    class Stage(models.TextChoices):
        BEFORE = "before", "before the deploy"
        AFTER = "after", "after the deploy"

    app = models.CharField(max_length=NAME_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    backwards = models.BooleanField(default=False)
    stage = models.CharField(max_length=10, choices=Stage)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    # Of the plan: "step 2 of 3".
    step = models.PositiveIntegerField()
    steps = models.PositiveIntegerField()
    # "migrate on web-2, by tomasz".
    host = models.CharField(max_length=NAME_LENGTH)
    pid = models.IntegerField()
    by = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    started_at = models.DateTimeField(db_default=ClockTime())
    finished_at = models.DateTimeField(null=True)
    # What runs now, and how: `observer.Kind`.
    statement = models.TextField(blank=True, default="")
    kind = models.CharField(max_length=20, blank=True, default="", db_default="")
    longest_wait_ms = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    statements = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-started_at", "-id"], name="idx_migration_run_started")]

    def __str__(self):
        return f"{self.app}.{self.name}"


class Backfill(models.Model):
    """How far a batched change of many rows is. The cursor moves in its batch's transaction."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        # Steps aside for a while, and goes on by itself.
        WAITING = "waiting", "Waiting"
        PAUSED = "paused", "Paused"
        FAILED = "failed", "Failed"
        DONE = "done", "Done"

    # `users.0005_fill_email_verified`, with `:2` for the second of a migration.
    name = models.CharField(max_length=NAME_LENGTH)
    table = models.CharField(max_length=NAME_LENGTH)
    column = models.CharField(max_length=NAME_LENGTH)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    # The key of the last row done, the first and the last one to do, as text.
    cursor = models.TextField(null=True)
    lowest = models.TextField(null=True)
    highest = models.TextField(null=True)
    rows_done = models.BigIntegerField(default=0)
    # An estimate of the database's own statistics.
    rows_expected = models.BigIntegerField(default=0)
    batch_size = models.PositiveIntegerField(default=0)
    rows_per_second = models.FloatField(default=0)
    # Why it waits, who paused it and why, or what failed.
    note = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(db_default=ClockTime())
    updated_at = models.DateTimeField(db_default=ClockTime())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [("pause_backfill", "Can pause and resume backfills")]
        constraints = [models.UniqueConstraint(fields=["name"], name="uniq_backfill_name")]

    def __str__(self):
        return f"{self.table}.{self.column}"
