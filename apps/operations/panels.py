from django.template.loader import render_to_string
from django.utils import timezone

from apps.backoffice import panels
from apps.backoffice.rows import short_time
from apps.operations.models import Schedule
from apps.operations.wording import absence, state


@panels.home(order=6)
def jobs_in_trouble(request):
    """For operators: jobs that failed or are overdue. Nothing while all is well."""
    if not request.user.has_perm("operations.view_schedule"):
        return None
    now = timezone.now()
    schedules = list(Schedule.objects.order_by("name"))
    lines = [line for schedule in schedules if (line := line_of(schedule, now))]
    if not lines:
        return None
    context = {"absence": absence(schedules, now), "schedules": lines}
    return panels.Panel(
        key="periodic-jobs",
        title="Periodic jobs",
        body=render_to_string("operations/_attention.html", context),
    )


def line_of(schedule: Schedule, now) -> dict | None:
    standing, css = state(now, schedule.next_run, schedule.leased_until, schedule.error)
    if css in ("ok", "running") or schedule.job is None:
        return None
    return {
        "pk": schedule.pk,
        "name": schedule.name,
        "state": standing,
        "dot": "warn" if css == "warning" else "bad",
        "says": schedule.error or f"due {short_time(schedule.next_run)}",
    }
