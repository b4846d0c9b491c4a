"""Lines over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .axes import ROOM, ValueAxis, date_axis, name_column
from .layout import BOTTOM, across
from .markup import colour, column, drawing, frame, legend, note, nothing, px, stretched
from .reading import timeline_reading
from .series import Timeline, Value
from .words import timeline_words


@dataclass(frozen=True)
class LineChart(Timeline):
    """Several series as lines; the first one leads. See `Timeline` for what it takes."""

    def svg(self) -> SafeString:
        if not self.drawn or self.is_empty:
            return nothing(self.title)
        axis = self.value_axis()
        names, width = name_column(*self.ends(axis))
        columns = [axis.label_column(), self.body(axis, axis.width + width), names]
        plot = drawing("line", timeline_words(self), columns)
        parts = [legend(legend_entries(self)), plot, note(self.note)]
        return frame(parts, timeline_reading(self))

    def places(self) -> list[float]:
        return across(self.drawn.starts)

    def value_axis(self) -> ValueAxis:
        rows = self.solid_values + self.dashed_values
        values = [value for row in rows for value in row if value is not None]
        return ValueAxis.over(min(values), max(values), self.unit)

    def body(self, axis: ValueAxis, taken: float) -> str:
        starts = self.drawn.starts
        first, days = starts[0], max(1, (starts[-1] - starts[0]).days)
        alone = len(starts) == 1
        ticks = date_axis(
            self.drawn, taken, lambda day: 0.5 if alone else (day - first).days / days
        )
        lines = stretched(self.lines(axis, [px(1000 * place) for place in self.places()]))
        return column("plot-body", "100%", [axis.grid(), ticks, lines])

    def lines(self, axis: ValueAxis, xs: Sequence[str]) -> list[str]:
        """The leading line last: on top. Each group says which row of the reading it draws."""
        groups = [
            group("before", len(self.solid) + index, Strokes(xs, axis, row, set()))
            for index, row in enumerate(self.dashed_values)
        ]
        rows = list(enumerate(self.solid_values))
        for index, row in reversed(rows):
            css = f"{colour(index)}{' lead' if index == 0 else ''}"
            groups.append(group(css, index, Strokes(xs, axis, row, self.unfinished)))
        return groups

    def ends(self, axis: ValueAxis) -> tuple[list[str], list[float]]:
        """The names and the heights at which their lines end."""
        heights = []
        for row in self.solid_values:
            value = next((value for value in reversed(row) if value is not None), 0.0)
            heights.append(axis.y(value))
        return [one.name for one in self.solid], heights


def legend_entries(chart: Timeline, before: str = "before") -> list[tuple[str, str]]:
    """What no name at a line's end says: series without room for one, dashes, dots."""
    entries = [(colour(index), one.name) for index, one in enumerate(chart.solid) if index >= ROOM]
    entries += [(before, one.name) for one in chart.dashed]
    grain = chart.drawn.grain
    now = [] if chart.now is None else [row[chart.now] for row in chart.solid_values]
    if any(value is not None for value in now):
        entries.append(("live", f"{'Today' if grain == 'day' else f'This {grain}'}, so far"))
    if chart.unfinished - {chart.now}:
        entries.append(("live", f"Part of a {grain}"))
    return entries


@dataclass(frozen=True)
class Strokes:
    """One row as paths: what is whole, what is dotted, points that have no neighbour."""

    xs: Sequence[str]
    axis: ValueAxis
    row: Sequence[Value]
    unfinished: set[int]

    def paths(self) -> str:
        ys = [None if value is None else px(self.axis.y(value)) for value in self.row]
        whole, dotted, alone = [], [], []
        length = len(ys)
        pen = False
        for index, (x, y) in enumerate(zip(self.xs, ys, strict=True)):
            if y is None:
                pen = False
                continue
            follows = index > 0 and ys[index - 1] is not None
            if follows and (index in self.unfinished or index - 1 in self.unfinished):
                dotted.append(f"M{self.xs[index - 1]},{ys[index - 1]}L{x},{y}")
                pen = False
            elif not follows and (index + 1 == length or ys[index + 1] is None):
                alone.append(f"M{x},{y}h0")
                continue
            if index not in self.unfinished:
                whole.append(f"{'L' if pen else 'M'}{x},{y}")
                pen = True
        return path("line", whole) + path("line live", dotted) + path("points", alone)

    def area(self) -> str:
        """Under the leading line, where it has no gap."""
        if len(self.row) < 2 or None in self.row:
            return ""
        points = "L".join(
            f"{x},{px(self.axis.y(value))}" for x, value in zip(self.xs, self.row, strict=True)
        )
        zero = px(self.axis.y(0)) if self.axis.ticks[0] < 0 else str(BOTTOM)
        return f'<path class="area" d="M{self.xs[0]},{zero}L{points}L{self.xs[-1]},{zero}Z"/>'


def path(css: str, steps: Sequence[str]) -> str:
    return f'<path class="{css}" d="{"".join(steps)}"/>' if steps else ""


def group(css: str, row: int, strokes: Strokes) -> str:
    area = strokes.area() if css.endswith("lead") else ""
    return f'<g class="{css}" data-row="{row}">{area}{strokes.paths()}</g>'
