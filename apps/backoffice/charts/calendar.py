"""The days of a quarter or a year, a column a week."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import ceil

from django.utils.safestring import SafeString

from apps.backoffice.rows import MONTHS

from .dates import WEEKDAYS, Period, grain_words, start_after, start_of
from .grid import FEW, Grid, Scale
from .layout import WIDTHS
from .markup import drawing, frame, legend, note, nothing
from .series import Timeline, Value
from .words import timeline_words

ROW = 20
STRIPS = {"wide": 54, "mid": 54, "narrow": 27}
"""How many weeks stand side by side: a year, on a phone half of it."""
MOST_WEEKS = 530


@dataclass(frozen=True)
class Calendar(Timeline):
    """One series of days. `marks` are days with a remark (2 missed), shown as a dot.

    `marked` names the dots in the legend. Days after `today` are outlines. Of more than ten years
    the last ten are drawn, and the note says so.
    """

    marks: Mapping[date, str] = field(default_factory=dict)
    marked: str = ""

    def svg(self) -> SafeString:
        if not self.drawn or self.is_empty:
            return nothing(self.title)
        scale = Scale.over([list(self.by_day.values())], self.unit)
        few = " few" if len(self.weeks) <= FEW else ""
        plot = drawing(f"grid{few}", self.summary(), list(self.strips(scale)))
        dots = [("dot-entry", self.marked)] if self.marked else []
        below = legend([*scale.legend(), *dots], "plot-scale")
        return frame([plot, below, note(self.note)], self.reading())

    @cached_property
    def drawn(self) -> Period | None:
        if not self.given or self.given.first > self.given.last:
            return None
        last = start_of(self.given.last, "week").toordinal()
        earliest = date.fromordinal(max(1, last - 7 * (MOST_WEEKS - 1)))
        return Period(max(self.given.first, earliest), self.given.last)

    @property
    def note(self) -> str:
        if self.drawn.first == self.given.first:
            return ""
        return f"Only {self.drawn.words} is drawn: the period is too long."

    @cached_property
    def weeks(self) -> list[date]:
        return Period(self.drawn.first, self.drawn.last, "week").starts

    @cached_property
    def by_day(self) -> dict[date, Value]:
        values = self.solid_values[0] if self.solid_values else []
        return dict(zip(self.drawn.starts, values, strict=bool(values)))

    def strips(self, scale: Scale) -> Iterator[str]:
        """The weeks in as many strips as each width needs; CSS shows those of one width."""
        drawn: dict[int, str] = {}
        for at in WIDTHS:
            count = ceil(len(self.weeks) / STRIPS[at])
            drawn[count] = f"{drawn.get(count, '')} at-{at}"
        for count, css in drawn.items():
            size = ceil(len(self.weeks) / count)
            for first in range(0, len(self.weeks), size):
                shown = "" if len(drawn) == 1 else css.strip()
                yield from self.strip(first, size, scale).drawn(shown)

    def strip(self, first: int, size: int, scale: Scale) -> Grid:
        places = {
            day: (row, at - first) for day, row, at in self.places if first <= at < first + size
        }
        rows = [[None] * size for _ in WEEKDAYS]
        for day, (row, at) in places.items():
            rows[row][at] = self.by_day.get(day)
        return Grid(
            rows,
            [name if row % 2 == 0 else "" for row, name in enumerate(WEEKDAYS)],
            self.month_names(first, size),
            scale,
            ROW,
            size,
            first,
            outlined=[place for day, place in places.items() if self.by_day.get(day) is None],
            marked=[places[day] for day in self.marks if day in places],
            centred=False,
        )

    @cached_property
    def places(self) -> list[tuple[date, int, int]]:
        """Each day that is shown, its row, and its week."""
        monday = self.weeks[0].toordinal()
        places = (divmod(day.toordinal() - monday, 7) for day in self.drawn.starts)
        return [(day, row, at) for day, (at, row) in zip(self.drawn.starts, places, strict=True)]

    def month_names(self, first: int, size: int) -> list[str]:
        """At the week in which a month begins; with its year in January and at the start."""
        names, year = [], None
        for week in self.weeks[first : first + size]:
            day = min(start_after(week, "day", 6), self.drawn.last)
            if names and day.day > 7:
                names.append("")
                continue
            names.append(f"{MONTHS[day.month]}{f' {day.year}' if day.year != year else ''}")
            year = day.year
        return names

    def reading(self) -> dict:
        cells = [[None] * len(self.weeks) for _ in WEEKDAYS]
        for day, row, at in self.places:
            value = self.by_day.get(day)
            words = "–" if value is None else self.unit.exact(value)
            if day in self.marks:
                words = f"{words}, {self.marks[day]}"
            cells[row][at] = [grain_words(day, "day"), words]
        return {"height": ROW, "cells": cells}

    def summary(self) -> str:
        text = timeline_words(self)
        empty = sum(value == 0 for value in self.by_day.values())
        marks = sum(day in self.by_day for day in self.marks)
        parts = [f"{empty} {'day' if empty == 1 else 'days'} at zero."] if empty else []
        if marks and self.marked:
            parts.append(f"{self.marked}: {marks} {'day' if marks == 1 else 'days'}.")
        return " ".join([text, *parts])
