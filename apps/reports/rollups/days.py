"""Days of the site: from midnight to midnight in TIME_ZONE, some of 23 or 25 hours."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import DateField, F
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.backoffice.filters import start_of

DAY = timedelta(days=1)
# SQLite takes 32,766 parameters in a statement.
IDS_AT_ONCE = 10_000
Item = TypeVar("Item")
Run = tuple[date, date]


def today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


def day_in_database(column: str) -> TruncDate:
    return TruncDate(F(column), tzinfo=timezone.get_default_timezone(), output_field=DateField())


def as_day(value: date | str) -> date:
    """SQLite has no type for days: what is computed of them comes back as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def moments(first: date, last: date) -> tuple[datetime, datetime]:
    """The first moment of the first day, and the first one after the last."""
    return start_of(first), start_of(last + DAY)


def runs(days: Iterable[date]) -> list[Run]:
    """Days that follow each other, as (first, last), in order."""
    found: list[list[date]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] + DAY == day:
            found[-1][1] = day
        else:
            found.append([day, day])
    return [(first, last) for first, last in found]


def week_of(day: date) -> date:
    """The Monday."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> date:
    return day.replace(day=1)


def portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + IDS_AT_ONCE] for start in range(0, len(items), IDS_AT_ONCE))
