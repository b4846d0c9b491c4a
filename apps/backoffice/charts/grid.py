"""Cells in rows and columns, tinted by their values: heat maps and calendars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from .layout import WIDTHS, shortened, text_width
from .markup import column, percent, px, stretched, text
from .series import Value
from .units import Unit, value_ticks

TINTS = 7
FEW = 8
"""Up to as many columns, cells would be too broad on a desk."""
NAMES, LABELS = 120, 22
GAP = 4


@dataclass(frozen=True)
class Scale:
    """Round bounds between the tints; zero has one of its own."""

    ticks: Sequence[float]
    unit: Unit
    is_flat: bool = False

    @classmethod
    def over(cls, rows: Sequence[Sequence[Value]], unit: Unit) -> "Scale":
        values = [value for row in rows for value in row if value is not None]
        low, high = min(values, default=0), max(values, default=0)
        # Zero may lie between two ticks' ends: at most TINTS steps in either case.
        ticks = value_ticks(low, high, unit, TINTS - 1 if low < 0 else TINTS)
        return cls(ticks, unit, is_flat=low == high == 0)

    def tint(self, value: float) -> str:
        if value == 0 and self.ticks[0] == 0:
            return "t0"
        step = (value - self.ticks[0]) / (self.ticks[1] - self.ticks[0])
        return self.name(max(1, -int(-step // 1)))

    def name(self, level: int) -> str:
        """The last of few levels is as strong as the last of many."""
        return f"t{round(min(level, self.count) * TINTS / self.count)}"

    @property
    def count(self) -> int:
        return len(self.ticks) - 1

    @property
    def is_whole(self) -> bool:
        return self.unit.adds_up and self.ticks[0] == 0

    def legend(self) -> Iterator[tuple[str, str]]:
        labels = self.unit.labels(self.ticks)
        if self.ticks[0] == 0:
            yield "t0", labels[0]
        # Of whole numbers none is in two tints: 1 to 20, 21 to 40.
        lows = self.unit.labels([tick + 1 for tick in self.ticks]) if self.is_whole else labels
        for level in range(1, 1 if self.is_flat else self.count + 1):
            low, high = lows[level - 1], labels[level]
            yield self.name(level), high if low == high else f"{low} to {high}"


@dataclass(frozen=True)
class Grid:
    """`columns` is for how many there is room; `offset` is the first column's place in the whole.

    `outlined` draws the cells whose value is not known; a heat map leaves them blank.
    """

    rows: Sequence[Sequence[Value]]
    row_names: Sequence[str]
    column_names: Sequence[str]
    scale: Scale
    row_height: int
    columns: int
    offset: int = 0
    outlined: Sequence[tuple[int, int]] = ()
    marked: Sequence[tuple[int, int]] = ()
    centred: bool = True

    @property
    def bottom(self) -> int:
        return len(self.rows) * self.row_height

    @cached_property
    def short_names(self) -> list[str]:
        return [shortened(name, NAMES) for name in self.row_names]

    @cached_property
    def taken(self) -> float:
        return max((text_width(name) for name in self.short_names), default=0) + 8

    def drawn(self, css: str = "") -> list[str]:
        """The column of the rows' names and that of the cells."""
        names = [
            text(px(self.taken - 8), self.middle(row) + 4, short, anchor="end", full=name)
            for row, (short, name) in enumerate(zip(self.short_names, self.row_names, strict=True))
            if name
        ]
        cells = [stretched(self.paths(), self.bottom), *self.labels(), self.values(), *self.dots()]
        height = self.bottom + LABELS
        data = f'data-offset="{self.offset}" data-columns="{self.columns}"'
        return [
            column(f"plot-values {css}".rstrip(), px(self.taken), names, height),
            column(f"plot-body {css}".rstrip(), "100%", cells, height, data),
        ]

    def middle(self, row: int) -> float:
        return (row + 0.5) * self.row_height

    # Made once: a year on a desk and on a phone is 730 cells.

    @cached_property
    def tints(self) -> dict[float, str]:
        values = {value for row in self.rows for value in row if value is not None}
        return {value: self.scale.tint(value) for value in values}

    @cached_property
    def lefts(self) -> list[str]:
        return [px(1000 * at / self.columns) for at in range(self.columns)]

    @cached_property
    def square(self) -> str:
        width = px(1000 / self.columns)
        return f"h{width}v{self.row_height}h-{width}z"

    def cell(self, row: int, at: int) -> str:
        return f"M{self.lefts[at]},{row * self.row_height}{self.square}"

    def paths(self) -> Iterator[str]:
        by_tint: dict[str, list[str]] = {}
        for row, values in enumerate(self.rows):
            for at, value in enumerate(values):
                if value is not None:
                    by_tint.setdefault(self.tints[value], []).append(self.cell(row, at))
        if self.outlined:
            by_tint["none"] = [self.cell(row, at) for row, at in self.outlined]
        for tint, cells in sorted(by_tint.items()):
            yield f'<path class="cell {tint}" d="{"".join(cells)}"/>'

    def labels(self) -> Iterator[str]:
        """Names of columns, as many as fit at each width."""
        anchor = "middle" if self.centred else ""
        for at, least in WIDTHS.items():
            labels = (
                text(percent(place), self.bottom + 15, name, anchor=anchor)
                for place, name in self.fitting(least - self.taken)
            )
            yield f'<g class="ticks at-{at}">{"".join(labels)}</g>'

    def fitting(self, width: float) -> Iterator[tuple[float, str]]:
        end = -width
        for at, name in enumerate(self.column_names):
            place = (at + 0.5 * self.centred) / self.columns
            left = place * width - text_width(name) / 2 * self.centred
            if name and left >= end + GAP:
                yield place, name
                end = left + text_width(name)

    def values(self) -> str:
        """The values in their cells, from the width on at which all fit."""
        short = {value: self.scale.unit.short(value) for value in self.tints}
        widest = max(map(text_width, short.values()), default=0) + GAP
        for at, least in reversed(WIDTHS.items()):
            if (least - self.taken) / self.columns >= widest and self.row_height >= 16:
                inner = "".join(self.value_texts(short))
                return f'<g class="values from-{at}" text-anchor="middle">{inner}</g>'
        return ""

    def value_texts(self, short: Mapping[float, str]) -> Iterator[str]:
        ends = {}
        for value, words in short.items():
            css = ' class="strong"' if self.tints[value] == f"t{TINTS}" else ""
            ends[value] = f"{css}>{escape(words)}</text>"
        lefts = [f'<text x="{percent((at + 0.5) / self.columns)}"' for at in range(self.columns)]
        for row, values in enumerate(self.rows):
            middle = f' y="{px(self.middle(row) + 4)}"'
            for left, value in zip(lefts, values, strict=True):
                if value is not None:
                    yield f"{left}{middle}{ends[value]}"

    def dots(self) -> Iterator[str]:
        for row, at in self.marked:
            place = percent((at + 0.5) / self.columns)
            yield f'<circle class="dot" cx="{place}" cy="{px(self.middle(row))}" r="3"/>'
