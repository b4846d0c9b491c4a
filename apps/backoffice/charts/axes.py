"""Both axes of a chart over time, and the names at the right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from .dates import Period
from .layout import BOTTOM, HEIGHT, LINE, TOP, WIDTHS, date_ticks, shortened, spread, text_width
from .markup import colour, column, percent, px, text
from .units import Unit, value_ticks

NAMES, EDGE = 120, 34
"""The widest names at the lines' ends, and the room that a date's label needs beside the chart."""
LOWEST = HEIGHT - 6
ROOM = int((LOWEST - TOP) // LINE) + 1
"""As many names have room at the lines' ends."""


@dataclass(frozen=True)
class ValueAxis:
    ticks: Sequence[float]
    unit: Unit

    @classmethod
    def over(cls, low: float, high: float, unit: Unit) -> "ValueAxis":
        return cls(value_ticks(low, high, unit), unit)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        low, high = self.ticks[0], self.ticks[-1]
        return BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP)

    @property
    def labels(self) -> list[str]:
        return self.unit.labels(self.ticks)

    @property
    def width(self) -> float:
        return max(EDGE, *(text_width(label) + 10 for label in self.labels))

    def label_column(self) -> str:
        x = px(self.width - 10)
        pairs = zip(self.ticks, self.labels, strict=True)
        texts = (text(x, self.y(tick) + 4, label, anchor="end") for tick, label in pairs)
        return column("plot-values", px(self.width), texts)

    def grid(self) -> str:
        return "".join(
            f'<line class="{"zero" if tick == 0 else "grid"}" x2="100%" '
            f'y1="{px(self.y(tick))}" y2="{px(self.y(tick))}"/>'
            for tick in self.ticks
        )


def date_axis(period: Period, taken: float, place: Callable[[date], float]) -> str:
    """Ticks for each width; `taken` are the pixels beside the drawing, `place` a date's share."""
    return "".join(
        f'<g class="ticks at-{name}">'
        + "".join(tick(place(day), label) for day, label in date_ticks(period, least - taken))
        + "</g>"
        for name, least in WIDTHS.items()
    )


def tick(share: float, label: str) -> str:
    x = percent(share)
    line = f'<line x1="{x}" x2="{x}" y1="{BOTTOM}" y2="{BOTTOM + 5}"/>'
    return line + text(x, BOTTOM + 20, label, anchor="middle")


def name_column(names: Sequence[str], heights: Sequence[float]) -> tuple[str, float]:
    """Each series' name as near to its end as the others allow, and the width they take."""
    short = [shortened(name, NAMES) for name in names]
    width = max([EDGE, *(text_width(name) + 14 for name in short)])
    places = spread(heights[:ROOM], TOP, LOWEST)
    texts = [
        text("8", place + 4, short[index], css=f"name {colour(index)}", full=names[index])
        for index, place in enumerate(places)
    ]
    return column("plot-names", px(width), texts), width
