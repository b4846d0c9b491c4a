"""Things in order of a value: a bar each, under its name and its figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString

from .layout import WIDTHS, shortened, text_width
from .markup import column, drawing, frame, nothing, percent, text
from .series import Number
from .units import COUNT, Unit, drawable

ROW, BAR = 36, 8


@dataclass(frozen=True)
class RankedBars:
    """`bars` are (name, value), drawn in the order they come in. Every value is printed."""

    title: str
    bars: Sequence[tuple[str, Number | None]]
    unit: Unit = COUNT

    @cached_property
    def known(self) -> list[tuple[str, float]]:
        pairs = ((name, drawable(value)) for name, value in self.bars)
        return [(name, value) for name, value in pairs if value is not None]

    def svg(self) -> SafeString:
        if not self.known:
            return nothing(self.title)
        rows = [row for index in range(len(self.known)) for row in self.row(index)]
        body = column("plot-body", "100%", rows, ROW * len(self.known))
        return frame([drawing("ranked", self.summary(), [body])])

    def row(self, index: int) -> Iterator[str]:
        name, value = self.known[index]
        exact, top = self.unit.exact(value), ROW * index
        yield from name_texts(name, top + 16, text_width(exact))
        yield text("100%", top + 16, exact, css="value", anchor="end")
        start, end = self.share(min(value, 0)), self.share(max(value, 0))
        box = f'y="{top + 22}" height="{BAR}" rx="2"'
        yield f'<rect class="track" width="100%" {box}/>'
        x, width = percent(start), percent(end - start)
        yield f'<rect class="bar{" below" if value < 0 else ""}" x="{x}" width="{width}" {box}/>'

    @cached_property
    def ends(self) -> tuple[float, float]:
        values = [value for _, value in self.known]
        low, high = min(0.0, *values), max(0.0, *values)
        return low, (high if high > low else low + 1)

    def share(self, value: float) -> float:
        low, high = self.ends
        return (value - low) / (high - low)

    def summary(self) -> str:
        count = len(self.known)
        first = ", ".join(f"{name} {self.unit.exact(value)}" for name, value in self.known[:3])
        if count <= 3:
            return f"{self.title}: {first}."
        name, value = self.known[-1]
        return f"{self.title}, {count} in order: {first}, …, {name} {self.unit.exact(value)}."


def name_texts(name: str, y: float, taken: float) -> Iterator[str]:
    """The name, shortened where the chart is too narrow for it beside the figure."""
    narrow = shortened(name, WIDTHS["narrow"] - taken - 12)
    if narrow == name:
        yield text("0", y, name, css="name")
        return
    for at, width in WIDTHS.items():
        yield text("0", y, shortened(name, width - taken - 12), css=f"name at-{at}", full=name)
