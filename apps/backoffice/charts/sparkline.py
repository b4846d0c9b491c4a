"""A line the size of a word, for tiles and rows: its shape, without an axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from .markup import px
from .series import Number
from .units import drawable
from .words import known, trend_words

PAD = 3


@dataclass(frozen=True)
class Sparkline:
    """From the least of the values at the bottom to the greatest at the top; None is a gap.

    `title` names it for screen readers ("Published per day, last 14 days"), with its trend in a
    word; without one it is decoration beside the same figure.
    """

    values: Sequence[Number | None]
    title: str = ""
    width: int = 160
    height: int = 32
    filled: bool = True

    def svg(self) -> SafeString:
        numbers = [drawable(value) for value in self.values]
        size = f'width="{self.width}" height="{self.height}"'
        view = f'viewBox="0 0 {self.width} {self.height}"'
        html = f'<svg class="spark" {view} {size} {self.naming(numbers)}>{self.line(numbers)}</svg>'
        return mark_safe(html)  # noqa: S308  # nosec B308 B703  (made of escaped parts)

    def naming(self, numbers: list[float | None]) -> str:
        if not self.title:
            return 'aria-hidden="true"'
        trend = trend_words(numbers) if known(numbers) else "no data"
        return f'role="img" aria-label="{escape(self.title)}, {trend}"'

    def line(self, numbers: list[float | None]) -> str:
        points = self.places(numbers)
        if not points:
            return ""
        line = "".join(f"{'L' if joined else 'M'}{x},{y}" for x, y, joined in points)
        x, y, _ = points[-1]
        area = ""
        if self.filled and len(points) == len(numbers) > 1:
            area = f'<path class="area" d="{line}V{self.height}H0Z"/>'
        return (
            f'{area}<path class="line" d="{line}"/><circle class="end" cx="{x}" cy="{y}" r="2.5"/>'
        )

    def places(self, numbers: list[float | None]) -> list[tuple[str, str, bool]]:
        """(x, y, whether a line leads here) of each value there is."""
        values = known(numbers)
        if not values:
            return []
        low, span = min(values), max(values) - min(values)
        room, points, before = self.height - 2 * PAD, [], None
        for share, value in zip(evenly(len(numbers)), numbers, strict=True):
            if value is not None:
                up = (value - low) / span if span else 0.5
                y = self.height - PAD - up * room
                points.append((px(share * self.width), px(y), before is not None))
            before = value
        return points


def evenly(count: int) -> list[float]:
    return [index / (count - 1) for index in range(count)] if count > 1 else [1.0] * count
