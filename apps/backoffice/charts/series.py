"""Series of dated values, laid out over the grains of a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from .dates import Period, start_of
from .units import COUNT, Unit, drawable

Number = int | float | Decimal
Value = float | None
Missing = Literal["gap", "zero"]
MOST_POINTS = 400
"""A year and a bit of days; more points than pixels say nothing."""
SLACK = 31
"""By so many days a month, or a quarter, may be longer than the one after it."""


@dataclass(frozen=True)
class Series:
    """A named line. `points` are (date, value); a value of None is a gap.

    A dashed one is the period before: its first grain is drawn under the first of the period.
    """

    name: str
    points: Sequence[tuple[date, Number | None]]
    dashed: bool = False


@dataclass(frozen=True)
class Timeline:
    """What line and bar charts have in common: series over time, on one axis of dates.

    `missing` says what a date without a point is: a gap in the line, or zero. `before` is the
    first day of the period before, for dashed series (default: their first point). `today` is the
    day that is not over; after it, what is missing is a gap. Where a period has more than
    MOST_POINTS grains, weeks, months, … are drawn instead, summed or averaged as the unit has it;
    `note` says so.
    """

    title: str
    series: Sequence[Series]
    period: Period | None = None
    unit: Unit = COUNT
    missing: Missing = "gap"
    before: date | None = None
    today: date | None = None

    @cached_property
    def given(self) -> Period | None:
        """The period as it was given, or as far as the points reach."""
        days = [day for one in self.solid for day, _ in one.points]
        if self.period or not days:
            return self.period
        return Period(min(days), max(days))

    @cached_property
    def drawn(self) -> Period | None:
        return self.given and self.given.no_finer_than(MOST_POINTS)

    @cached_property
    def solid(self) -> list[Series]:
        return [one for one in self.series if not one.dashed]

    @cached_property
    def dashed(self) -> list[Series]:
        return [one for one in self.series if one.dashed]

    @cached_property
    def solid_values(self) -> list[list[Value]]:
        return [self.laid_out(one, self.drawn) for one in self.solid] if self.drawn else []

    @cached_property
    def dashed_values(self) -> list[list[Value]]:
        """Cut or filled up to the length of the period: months have unequal numbers of days."""
        if not self.drawn:
            return []
        length = len(self.drawn.starts)
        rows = [self.laid_out(one, self.period_before(one)) for one in self.dashed]
        return [(row + [None] * length)[:length] for row in rows]

    def period_before(self, one: Series) -> Period:
        """As long as the period, but for its months; it ends before the period begins."""
        first = self.before or min((day for day, _ in one.points), default=self.drawn.first)
        length = self.drawn.last - self.drawn.first
        last = min(first.toordinal() + length.days + SLACK, date.max.toordinal())
        if first < self.drawn.first:
            last = min(last, self.drawn.first.toordinal() - 1)
        return Period(first, date.fromordinal(max(first.toordinal(), last)), self.drawn.grain)

    def laid_out(self, one: Series, period: Period) -> list[Value]:
        """A value or None for each grain that is drawn; points outside the period are left out."""
        fill = 0.0 if self.missing == "zero" else None
        to_come = self.today or date.max
        first = start_of(period.first, self.given.grain)
        known = self.gathered(
            (start_of(day, period.grain), value)
            for day, value in one.points
            if first <= day <= period.last
        )
        return [known.get(start, fill if start <= to_come else None) for start in period.starts]

    def gathered(self, pairs) -> dict[date, Value]:
        """One value per date: several are summed, or averaged, as the unit has it."""
        known: dict[date, Value] = {}
        counts: dict[date, int] = {}
        for start, value in pairs:
            number, so_far = drawable(value), known.get(start)
            if number is None or so_far is None:
                known[start] = so_far if number is None else number
            else:
                known[start] = so_far + number
                counts[start] = counts.get(start, 1) + 1
        if not self.unit.adds_up:
            known |= {start: known[start] / count for start, count in counts.items()}
        return known

    @cached_property
    def is_empty(self) -> bool:
        rows = self.solid_values + self.dashed_values
        return not any(value is not None for row in rows for value in row)

    @cached_property
    def now(self) -> int | None:
        """The position of the grain that today is in."""
        if not self.today or not self.drawn.first <= self.today <= self.drawn.last:
            return None
        return self.drawn.starts.index(start_of(self.today, self.drawn.grain))

    @cached_property
    def unfinished(self) -> set[int]:
        """Positions of the grains that are not whole: today's, and those the period cuts."""
        starts = self.drawn.starts
        ends = {0, len(starts) - 1}
        cut = {index for index in ends if self.drawn.is_cut(starts[index])}
        return cut | ({self.now} - {None})

    @property
    def told(self) -> list[tuple[str, list[Value]]]:
        """What the summary tells; the first is compared with the period before."""
        return [(one.name, row) for one, row in zip(self.solid, self.solid_values, strict=True)]

    def places(self) -> list[float]:
        """Where each grain stands, as a share of the width."""
        raise NotImplementedError

    @property
    def note(self) -> str:
        if not self.drawn or self.drawn.grain == self.given.grain:
            return ""
        grain = self.given.grain
        how = f"{'Sums' if self.unit.adds_up else 'Means'} per {self.drawn.grain}"
        of = "" if self.unit.adds_up else f" of the {grain}s that have a value"
        where = "; a week counts where it begins" if grain == "week" else ""
        return f"{how}{of}: the period is too long to draw each {grain}{where}."
