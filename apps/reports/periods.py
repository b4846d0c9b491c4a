"""Days, weeks and months of a report. Every period is half-open: `end` is the day after the last.

A day begins at midnight in TIME_ZONE, so one may have 23 or 25 hours.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db import models

from apps.backoffice.filters import start_of

DAY = timedelta(days=1)
WEEK_DAYS = 7
# Whole weeks: the compared period has the same weekdays.
PRESETS = (7, 28, 91, 364)
DEFAULT_DAYS = 28
# Ten years with their leap days.
LONGEST_DAYS = 3_653
# More rows than these are hard to read, by day or by week.
DAYS_BY_DAY = 91
DAYS_BY_WEEK = 728


class Granularity(models.TextChoices):
    DAY = "day", "day"
    WEEK = "week", "week"
    MONTH = "month", "month"

    @classmethod
    def for_length(cls, days: int) -> "Granularity":
        """What a period of so many days is shown by unless somebody chooses."""
        if days <= DAYS_BY_DAY:
            return cls.DAY
        return cls.WEEK if days <= DAYS_BY_WEEK else cls.MONTH


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self):
        if self.start >= self.end:
            raise ValueError("A period has at least one day.")

    @classmethod
    def ending(cls, last: date, days: int) -> "Period":
        """So many days, `last` the last of them."""
        return cls(last - timedelta(days=days - 1), last + DAY)

    @classmethod
    def of_ordinals(cls, start: int, end: int) -> "Period":
        return cls(date.fromordinal(start), date.fromordinal(end))

    @property
    def last(self) -> date:
        return self.end - DAY

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @cached_property
    def moments(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        return start_of(self.start), start_of(self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def days(self) -> Iterator[date]:
        return map(date.fromordinal, range(self.start.toordinal(), self.end.toordinal()))

    def buckets(self, granularity: str) -> list["Period"]:
        """Its days, ISO weeks or months in order; the first and last may be cut by its ends."""
        if granularity == Granularity.DAY:
            return [Period(day, day + DAY) for day in self.days()]
        found, start = [], self.start
        while start < self.end:
            end = min(next_start(start, granularity), self.end)
            found.append(Period(start, end))
            start = end
        return found

    def previous(self, granularity: str = Granularity.DAY) -> "Period":
        """The one to compare with: the same weekdays earlier; by month, as many months earlier.

        Neither overlaps this one. It has as many buckets.
        """
        if granularity == Granularity.MONTH:
            months = month_number(self.last) - month_number(self.start) + 1
            last = months_earlier(self.last, months, is_last=True)
            return Period(months_earlier(self.start, months), last + DAY)
        weeks = -(-self.length // WEEK_DAYS)
        shift = timedelta(days=weeks * WEEK_DAYS)
        return Period(self.start - shift, self.end - shift)


def next_start(day: date, granularity: str) -> date:
    """The first day of the next day, ISO week or month."""
    if granularity == Granularity.DAY:
        return day + DAY
    if granularity == Granularity.WEEK:
        return day + timedelta(days=WEEK_DAYS - day.weekday())
    return day.replace(day=1) + timedelta(days=monthrange(day.year, day.month)[1])


def month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def months_earlier(day: date, months: int, *, is_last: bool = False) -> date:
    """31 March, a month earlier: the last of February. `is_last`: a month's end stays one."""
    year, month = divmod(month_number(day) - months, 12)
    length = monthrange(year, month + 1)[1]
    ends_month = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, length if is_last and ends_month else min(day.day, length))
