"""Who runs which periodic job: leases in the database's time."""

from datetime import timedelta

from django.apps import apps as global_apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import F, QuerySet
from django.utils.crypto import get_random_string

from apps.activity.actions import record_many
from apps.activity.changes import changed
from apps.activity.states import states
from apps.backoffice.periodic import Outcome, jobs
from apps.database.expressions import ClockTime
from apps.operations.models import Schedule

# A worker that has not renewed its lease for so long is taken for dead. Longer than the slowest
# batch: no statement of a worker takes more than 15 seconds.
LEASE = timedelta(seconds=60)


def write_schedules(*, apps=global_apps, using: str = DEFAULT_DB_ALIAS, **kwargs) -> None:
    """A row for each registered job, with the interval it has now; receiver of `post_migrate`.

    A row of a job that is not registered stays: during a deploy it is another release's, and
    nobody runs it.
    """
    try:
        rows = apps.get_model("operations", "Schedule").objects.using(using)
    except LookupError:
        return
    there = dict(rows.values_list("name", "every"))
    missing = [rows.model(name=job.name, every=job.every) for job in jobs().values()]
    missing = [row for row in missing if row.name not in there]
    rows.bulk_create(missing, ignore_conflicts=True)
    for job in jobs().values():
        if there.get(job.name, job.every) != job.every:
            rows.filter(name=job.name).update(every=job.every)


@transaction.atomic
def run_jobs_now(queryset: QuerySet, *, by: AbstractBaseUser) -> int:
    """Make jobs due at once; how many were. Those that a worker is at are left out."""
    if not by.has_perm("operations.run_schedule"):
        raise PermissionDenied
    rows = Schedule.objects.free().filter(pk__in=queryset.order_by().values("pk"))
    before = states(rows.order_by("pk").select_for_update(no_key=True))
    Schedule.objects.filter(pk__in=list(before)).update(next_run=ClockTime())
    return len(record_many(changed(Schedule, before), "run", by=by))


def claim_job(holder: str) -> Schedule | None:
    """The longest waiting job, leased to this worker; None if nothing is due.

    The UPDATE repeats the condition: of two workers that found the same job the second waits for
    the first's row and then finds it leased.
    """
    due = Schedule.objects.filter(name__in=jobs()).due()
    lease = {
        # Of this run alone: a worker that lost its lease may have taken the job again.
        "holder": f"{holder}:{get_random_string(8)}",
        "leased_until": ClockTime() + LEASE,
        "started_at": ClockTime(),
    }
    for pk in list(due.values_list("pk", flat=True)):
        if due.order_by().filter(pk=pk).update(**lease):
            return Schedule.objects.get(pk=pk)
    return None


def renew_lease(schedule: Schedule) -> bool:
    """False if it was lost: the worker was silent for too long, and another may be at the job."""
    return bool(_held(schedule).update(leased_until=ClockTime() + LEASE))


def finish_job(schedule: Schedule, outcome: Outcome | None, error: str = "") -> bool:
    """The run is over: the next one is one interval after its start, and what was missed before
    is not made up for. False if the lease was lost, and with it the right to say how it went.
    """
    values = {"error": error[:500], "next_run": F("started_at") + F("every")}
    return bool(_held(schedule).update(**values, **_released(), **_written(outcome)))


def leave_job(schedule: Schedule, outcome: Outcome | None) -> bool:
    """The worker was told to stop: the job stays due, and the next worker goes on with it."""
    return bool(_held(schedule).update(**_released(), **_written(outcome)))


def _held(schedule: Schedule) -> QuerySet:
    return Schedule.objects.filter(pk=schedule.pk, holder=schedule.holder)


def _released() -> dict:
    return {"holder": "", "leased_until": None, "finished_at": ClockTime()}


def _written(outcome: Outcome | None) -> dict:
    if outcome is None:
        return {}
    written = {"result": outcome.text[:200], "result_at": ClockTime()}
    if outcome.notice:
        written |= {"notice": outcome.notice[:200], "notice_at": ClockTime()}
    return written
