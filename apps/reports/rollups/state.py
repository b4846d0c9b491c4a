"""How far the totals reach: which days are closed, which are open, which have been marked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import F, Min
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.reports.models import AuthorDay, DailyTotal, DirtyDay, RollupState
from apps.reports.rollups.days import DAY, as_day, day_of, today
from apps.reports.rollups.metrics import METRICS

# What the totals mean. Raise it with a metric or a dimension more, or another rule of what counts:
# the next refresh computes every day again.
DEFINITION = 2
# Clocks of machines differ, and what began before midnight ends after it.
MARGIN = timedelta(hours=1)
OLDEST_TRANSACTION = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
"""
# Both grow, or a batch deletes marks and the first one grows: never the same again.
STAMP = """
    SELECT (SELECT generation FROM reports_rollupstate), (SELECT count(*) FROM reports_dirtyday)
"""

REACH = """
    SELECT closed_until, time_zone, definition, generation FROM reports_rollupstate
    UNION ALL SELECT day, '', 0, count(*) FROM reports_dirtyday GROUP BY day
"""


def closed_until(using: str = DEFAULT_DB_ALIAS) -> date | None:
    """The last day that is computed for good unless it is marked; None: no day is."""
    state = RollupState.objects.using(using).first()
    return state.closed_until if state and holds(state.time_zone, state.definition) else None


def holds(time_zone: str, definition: int) -> bool:
    """Whether totals of this kind are what this process would compute, or a later release did."""
    return time_zone == settings.TIME_ZONE and definition >= DEFINITION


def is_of_later_release() -> bool:
    """What this process would compute lacks something."""
    return RollupState.objects.filter(definition__gt=DEFINITION).exists()


def close(day: date | None) -> None:
    """Days up to this one are computed, in this TIME_ZONE."""
    values = {"time_zone": settings.TIME_ZONE, "closed_until": day, "definition": DEFINITION}
    RollupState.objects.update_or_create(pk=1, defaults=values)
    changed()


def changed() -> None:
    """What was read of the totals is out of date."""
    RollupState.objects.update(generation=F("generation") + 1)


def stamp(using: str = DEFAULT_DB_ALIAS) -> str:
    """Another one whenever a day before today, or a total, has changed; of one statement."""
    with connections[using].cursor() as cursor:
        cursor.execute(STAMP)
        return stamp_of(*cursor.fetchone())


def stamp_of(generation: int | None, marks: int) -> str:
    return f"{generation or 0}.{marks}"


def open_days(using: str = DEFAULT_DB_ALIAS) -> tuple[date, date]:
    """The first and the last day, which is today, that are not closed."""
    until = closed_until(using)
    return (until + DAY if until else first_day(), today())


def first_day() -> date:
    """Of anything that is counted, or was."""
    own = [metric for metric in METRICS.values() if metric.facts().model is not AuditEntry]
    known = [metric.first_moment() for metric in own]
    # The first of all: the first of one action may be far from it, or not there.
    known.append(AuditEntry.objects.aggregate(first=Min("at"))["first"])
    days = [day_of(moment) for moment in known if moment]
    # A week or month may begin before the first day.
    of_days = DailyTotal.objects.exclude(dimension__in=["week", "month"])
    kept = (rows.aggregate(first=Min("day"))["first"] for rows in (of_days, AuthorDay.objects))
    return min([*days, *filter(None, kept), today()])


def last_to_close() -> date:
    """The last day that nothing more can be written of without a mark.

    A writer marks only days before his today. So a day closes an hour after its end, and not
    while a transaction is open that may have begun in it.
    """
    oldest = min(timezone.now(), oldest_transaction() or timezone.now())
    day = timezone.localdate(oldest - MARGIN, timezone.get_default_timezone()) - DAY
    return min(day, today() - DAY)


def oldest_transaction() -> datetime | None:
    """When it began; None on SQLite, where the caller's is the only one that writes."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_TRANSACTION)
        return cursor.fetchone()[0]


def marked_days(first: date, last: date, using: str = DEFAULT_DB_ALIAS) -> list[date]:
    marks = DirtyDay.objects.using(using).filter(day__range=(first, last))
    return list(marks.order_by("day").values_list("day", flat=True).distinct())


@dataclass(frozen=True)
class Reach:
    """Up to which day the totals are closed, and which of these days have been marked since.

    `stamp` is the one at that moment.
    """

    until: date | None
    marked: frozenset[date]
    stamp: str

    def dirty_days(self, first: date, last: date) -> list[date]:
        """Days whose totals are not what the tables say, or may not be; today is always one."""
        start = max(first, self.until + DAY) if self.until else first
        found = {day for day in self.marked if first <= day <= last and day < start}
        for number in range(start.toordinal(), min(last, today()).toordinal() + 1):
            found.add(date.fromordinal(number))
        return sorted(found)


def reach(using: str = DEFAULT_DB_ALIAS) -> Reach:
    """In one statement: a page asks once, whatever it reads."""
    with connections[using].cursor() as cursor:
        cursor.execute(REACH)
        rows = [(day and as_day(day), *rest) for day, *rest in cursor.fetchall()]
    until = next((day for day, zone, version, _ in rows if holds(zone, version)), None)
    marked = {day: number for day, zone, _, number in rows if not zone}
    generation = next((number for _, zone, _, number in rows if zone), 0)
    return Reach(until, frozenset(marked), stamp_of(generation, sum(marked.values())))
