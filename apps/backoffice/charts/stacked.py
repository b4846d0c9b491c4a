"""Bars over time, cut into what makes them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.utils.safestring import SafeString

from .axes import ValueAxis, date_axis, name_column
from .dates import start_after
from .line import Strokes, group, legend_entries, path
from .markup import colour, column, drawing, frame, legend, note, nothing, px, stretched
from .reading import timeline_reading
from .series import Timeline, Value
from .words import known, timeline_words

DENSE = 60
"""From as many bars on, no room is left between them."""
BROADEST = 120
"""Per mille of the width."""
Extent = tuple[float, float]


@dataclass(frozen=True)
class StackedBars(Timeline):
    """The first series is the lowest part; what is below zero hangs. A dashed series is a line."""

    def svg(self) -> SafeString:
        if not self.drawn or self.is_empty:
            return nothing(self.title)
        axis = self.value_axis()
        names, width = name_column([one.name for one in self.solid], self.ends(axis))
        columns = [axis.label_column(), self.body(axis, axis.width + width), names]
        plot = drawing("bars", timeline_words(self), columns)
        return frame([legend(legend_entries(self, "over")), plot, note(self.note)], self.reading())

    @cached_property
    def edges(self) -> list[float]:
        """Where each bar's room begins, as a share of the width; the end of the last one."""
        starts = self.drawn.starts
        ends = [*(start.toordinal() for start in starts), self.end_of_last]
        first, whole = ends[0], ends[-1] - ends[0]
        return [(end - first) / whole for end in ends]

    @property
    def end_of_last(self) -> int:
        starts = self.drawn.starts
        end = start_after(starts[-1], self.drawn.grain).toordinal()
        return max(end, starts[-1].toordinal() + 1)

    def places(self) -> list[float]:
        edges = self.edges
        return [(edges[index] + edges[index + 1]) / 2 for index in range(len(edges) - 1)]

    @cached_property
    def stacks(self) -> list[list[Extent | None]]:
        """From where to where each series' part goes in each bar."""
        length = len(self.drawn.starts)
        tops, bottoms = [0.0] * length, [0.0] * length
        return [
            [
                piled(tops if (value or 0) >= 0 else bottoms, at, value)
                for at, value in enumerate(row)
            ]
            for row in self.solid_values
        ]

    def value_axis(self) -> ValueAxis:
        extents = [extent for row in self.stacks for extent in row if extent]
        values = [value for row in self.dashed_values for value in row if value is not None]
        values += [end for _, end in extents]
        return ValueAxis.over(min(values, default=0), max(values, default=0), self.unit)

    def ends(self, axis: ValueAxis) -> list[float]:
        """The middle of each series' last part."""
        last = [next((one for one in reversed(row) if one), (0.0, 0.0)) for row in self.stacks]
        return [axis.y((low + high) / 2) for low, high in last]

    def body(self, axis: ValueAxis, taken: float) -> str:
        by_start = dict(zip(self.drawn.starts, self.places(), strict=True))
        first, whole = self.drawn.starts[0].toordinal(), self.end_of_last
        whole -= first
        # A date that begins a bar is the bar's middle; the first of a month within a week is not.
        ticks = date_axis(
            self.drawn,
            taken,
            lambda day: by_start.get(day, (day.toordinal() - first) / whole),
        )
        bars = [self.parts(index, axis) for index in range(len(self.solid))]
        paths = stretched(bars + self.befores(axis))
        return column("plot-body", "100%", [axis.grid(), ticks, paths])

    def parts(self, index: int, axis: ValueAxis) -> str:
        whole, unfinished = [], []
        for at, extent in enumerate(self.stacks[index]):
            if extent and extent[0] != extent[1]:
                bar = self.bar(at, axis.y(extent[0]), axis.y(extent[1]))
                (unfinished if at in self.unfinished else whole).append(bar)
        css = f"{colour(index)}{' dense' if len(self.drawn.starts) > DENSE else ''}"
        bars = path("bars", whole) + path("bars live", unfinished)
        return f'<g class="{css}" data-row="{index}">{bars}</g>'

    def bar(self, at: int, start: float, end: float) -> str:
        left, right = self.sides[at]
        return f"M{left},{px(start)}H{right}V{px(end)}H{left}Z"

    @cached_property
    def sides(self) -> list[tuple[str, str]]:
        """Each bar's left and right, in per mille."""
        return [self.sides_of(1000 * left, 1000 * right) for left, right in pairwise(self.edges)]

    def sides_of(self, left: float, right: float) -> tuple[str, str]:
        room, middle = right - left, (left + right) / 2
        half = room / 2 if len(self.drawn.starts) > DENSE else min(BROADEST, 0.75 * room) / 2
        return px(middle - half), px(middle + half)

    def befores(self, axis: ValueAxis) -> list[str]:
        xs = [px(1000 * place) for place in self.places()]
        return [
            group("over", len(self.solid) + index, Strokes(xs, axis, row, set()))
            for index, row in enumerate(self.dashed_values)
        ]

    def reading(self) -> dict:
        """With the height of each bar, where there is more than one part."""
        read = timeline_reading(self)
        if len(self.solid) > 1:
            name, sums = self.told[0]
            read["names"].append(name)
            read["rows"].append(["–" if one is None else self.unit.exact(one) for one in sums])
        return read

    @cached_property
    def told(self) -> list[tuple[str, list[Value]]]:
        """Each bar's height before its parts: the dashed line stands for the height."""
        parts = super().told
        if len(parts) < 2:
            return parts
        return [
            ("Together", [total(values) for values in zip(*self.solid_values, strict=True)]),
            *parts,
        ]


def total(values: Sequence[Value]) -> Value:
    numbers = known(values)
    return sum(numbers) if numbers else None


def piled(ends: list[float], index: int, value: Value) -> Extent | None:
    """On top of what stands there, or under what hangs there."""
    if value is None:
        return None
    start = ends[index]
    ends[index] = start + value
    return start, start + value
