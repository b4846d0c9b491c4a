"""Schedules in words: how often, how long, how a job stands."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from apps.backoffice.rows import short_time
from apps.operations.models import Schedule

# Jobs are due every minute at the most often; a worker that is there is not this late.
OVERDUE_AFTER = timedelta(minutes=5)
UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def interval(every: timedelta) -> str:
    """“every minute”, “every 15 minutes”, “every day”, in the largest unit that fits."""
    seconds = int(every.total_seconds())
    unit, size = next((name, size) for name, size in UNITS if not seconds % size)
    return f"every {unit}" if seconds == size else f"every {seconds // size} {unit}s"


def duration(time: timedelta) -> str:
    """“0.3 s”, “12 s”, “5 min”, “3 h 5 min”, “2 d 4 h”."""
    seconds = time.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    for unit, size, smaller, part in (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60)):
        if seconds >= size:
            rest = int(seconds % size // part)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{int(seconds // 60)} min" if seconds >= 60 else f"{int(seconds)} s"


def state(
    now: datetime, next_run: datetime, leased_until: datetime | None, error: str
) -> tuple[str, str]:
    """How a job stands, and the badge's CSS class."""
    if leased_until is not None:
        return ("Running", "running") if leased_until > now else ("Lost its worker", "error")
    if now - next_run > OVERDUE_AFTER:
        return "Overdue", "warning"
    return ("Failed", "error") if error else ("OK", "ok")


def last_sign(schedules: Iterable[Schedule]) -> datetime | None:
    """When a worker was last heard of; None: never."""
    times = [time for one in schedules for time in (one.started_at, one.finished_at) if time]
    return max(times, default=None)


def absence(schedules: Iterable[Schedule], now: datetime) -> str:
    """“No worker has run since 10:02.”, or nothing while there is one."""
    schedules = list(schedules)
    if any(one.leased_until and one.leased_until > now for one in schedules):
        return ""
    since = last_sign(schedules)
    if since is None:
        return "No worker has run yet."
    return "" if now - since <= OVERDUE_AFTER else f"No worker has run since {short_time(since)}."
