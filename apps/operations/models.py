from django.db import models

from apps.backoffice.periodic import NAME_LENGTH, Job, jobs
from apps.database.expressions import ClockTime
from apps.operations.querysets import ScheduleQuerySet


class Schedule(models.Model):
    """A periodic job: when it runs next, how it went last, and which worker is at it.

    The job itself is code (`backoffice.periodic`). All times are the database's, so that the
    clocks of the machines on which workers run do not matter.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    every = models.DurationField()
    next_run = models.DateTimeField(db_default=ClockTime())
    started_at = models.DateTimeField("last run", null=True)
    finished_at = models.DateTimeField("finished", null=True)
    # What the last run that found something to do did, and when.
    result = models.CharField(max_length=200, blank=True, default="", db_default="")
    result_at = models.DateTimeField(null=True)
    # Of the last run; empty when it went well.
    error = models.CharField(max_length=500, blank=True, default="", db_default="")
    notice = models.CharField(max_length=200, blank=True, default="", db_default="")
    notice_at = models.DateTimeField(null=True)
    # The worker at it, and until when it may be thought alive without another word.
    holder = models.CharField(max_length=100, blank=True, default="", db_default="")
    leased_until = models.DateTimeField(null=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        # Code adds and removes them.
        default_permissions = ("view",)
        permissions = [("run_schedule", "Can start periodic jobs")]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="uniq_schedule_name",
                violation_error_message="There is a job of this name.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def job(self) -> Job | None:
        """None while it is another release's."""
        return jobs().get(self.name)
