"""Days, weeks, months, quarters and years: where they begin, and how people write them."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from apps.backoffice.rows import MONTHS

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
DAYS_OF = {"day": 1, "week": 7}
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def start_of(day: date, grain: Grain) -> date:
    """The first day of the ISO week, month, quarter or year that `day` is in."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS_OF[grain]
    return date(day.year, day.month - (day.month - 1) % months, 1)


def start_after(start: date, grain: Grain, count: int = 1) -> date:
    """`count` grains later; the last day there is where the calendar ends."""
    try:
        if grain in MONTHS_OF:
            months = start.month - 1 + count * MONTHS_OF[grain]
            return date(start.year + months // 12, months % 12 + 1, 1)
        return start + timedelta(days=count * DAYS_OF[grain])
    except (OverflowError, ValueError):
        return date.max


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both shown, cut into grains."""

    first: date
    last: date
    grain: Grain = "day"

    @cached_property
    def starts(self) -> list[date]:
        """The first day of each grain; that of the first one may lie before the period."""
        starts, start = [], start_of(self.first, self.grain)
        if self.grain in DAYS_OF:
            ordinals = range(start.toordinal(), self.last.toordinal() + 1, DAYS_OF[self.grain])
            return [date.fromordinal(ordinal) for ordinal in ordinals]
        while start <= self.last:
            starts.append(start)
            following = start_after(start, self.grain)
            if following <= start or start_of(following, self.grain) < following:
                break  # The calendar ends.
            start = following
        return starts

    @property
    def count(self) -> int:
        """How many grains there are, without listing the days of a thousand years."""
        first, last = start_of(self.first, self.grain), start_of(self.last, self.grain)
        if self.grain in MONTHS_OF:
            months = 12 * (last.year - first.year) + last.month - first.month
            return months // MONTHS_OF[self.grain] + 1
        return (last - first).days // DAYS_OF[self.grain] + 1

    def is_cut(self, start: date) -> bool:
        """Whether the period holds only a part of this grain."""
        return start < self.first or start_after(start, self.grain) - timedelta(days=1) > self.last

    def no_finer_than(self, most: int) -> "Period":
        """The same days in at most `most` grains, or in years."""
        days = (self.last - self.first).days + 1
        lengths = {"day": 1, "week": 7, "month": 30.44, "quarter": 91.3, "year": 365.25}
        coarser = GRAINS[GRAINS.index(self.grain) :]
        grain = next((grain for grain in coarser if days / lengths[grain] <= most), "year")
        return self if grain == self.grain else Period(self.first, self.last, grain)

    @property
    def words(self) -> str:
        """1–28 Nov 2026 · 22 Oct – 20 Nov 2026 · 28 Dec 2025 – 3 Jan 2026."""
        first, last = self.first, self.last
        if first == last:
            return day_words(last, year=True)
        if first.year != last.year:
            return f"{day_words(first, year=True)} – {day_words(last, year=True)}"
        if first.month != last.month:
            return f"{day_words(first)} – {day_words(last, year=True)}"
        return f"{first.day}–{day_words(last, year=True)}"


def day_words(day: date, *, year: bool = False) -> str:
    return f"{day.day} {MONTHS[day.month]}{f' {day.year}' if year else ''}"


def tick_words(day: date, grain: Grain, *, year: bool) -> str:
    """The label of a tick, with or without its year: 6 Nov, Nov 2026, Q4 2026; 2026."""
    if grain == "year":
        return str(day.year)
    if grain in ("day", "week"):
        return day_words(day, year=year)
    name = MONTHS[day.month] if grain == "month" else f"Q{(day.month + 2) // 3}"
    return f"{name} {day.year}" if year else name


def grain_words(start: date, grain: Grain) -> str:
    """The label of a point where it is read out: Tue 10 Nov 2026, week of 9 Nov 2026."""
    if grain == "day":
        return f"{WEEKDAYS[start.weekday()]} {day_words(start, year=True)}"
    if grain == "week":
        return f"week of {day_words(start, year=True)}"
    return tick_words(start, grain, year=True)


def moment_words(start: date, grain: Grain, *, year: bool = False) -> str:
    """The same within a sentence: on Tuesday 10 Nov, in the week of 9 Nov, in Nov 2026."""
    if grain == "day":
        return f"on {LONG_WEEKDAYS[start.weekday()]} {day_words(start, year=year)}"
    if grain == "week":
        return f"in the week of {day_words(start, year=year)}"
    return f"in {tick_words(start, grain, year=True)}"
