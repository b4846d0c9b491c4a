"""What a chart's values are: how they are written, and which steps of an axis are round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, isfinite, log10

MINUS = "−"
SUFFIXES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
SHORTENED = 1e4
"""4,000 is as short as 4k, and says more."""
SECONDS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800)
ROUND_SECONDS += (3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
SMALLEST, GREATEST = 1e-9, 1e300


def drawable(value) -> float | None:
    """The number as a float; None for what has no place on an axis (NaN, infinity, 1e301)."""
    if value is None:
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if isfinite(number) and abs(number) < GREATEST else None


def round_step(rough: float) -> float:
    """The least of …, 1, 2, 5, 10, 20, 50, … that is not below `rough`."""
    power = 10.0 ** floor(log10(rough))
    return next(power * step for step in (1, 2, 5, 10, 20) if power * step >= rough)


def whole_step(rough: float) -> float:
    return max(1.0, round_step(rough))


def seconds_step(rough: float) -> float:
    """Round as clocks are (15 min, 6 h), and whole days beyond."""
    if rough < 1:
        return round_step(rough)
    steps = (float(step) for step in ROUND_SECONDS if step >= rough)
    return next(steps, 86_400 * round_step(rough / 86_400))


def signed(value: float, text: str) -> str:
    return MINUS + text if value < 0 else text


def short_number(value: float) -> str:
    """12,300 as 12.3k: for places with little room."""
    size = abs(value)
    if size < SHORTENED:
        return signed(value, plain(size, 0 if size >= 1e3 else 2))
    if size >= 1e16:
        return signed(value, f"{size:.3g}")
    scale, suffix = next(pair for pair in SUFFIXES if size >= pair[0])
    return signed(value, f"{plain(size / scale, 1)}{suffix}")


# A day has mostly a number that another has: told again it is 0.07 µs and not 0.45.
@lru_cache(4_000)
def exact_number(value: float) -> str:
    """12,300 or 12.35; beyond 10¹⁸ a float has no exact digits left."""
    size = abs(value)
    if size >= 1e18:
        return signed(value, f"{size:.3e}")
    # Most values are counts.
    return signed(value, plain(size, (2 if size >= 1 else 4) if size % 1 else 0))


def plain(size: float, digits: int) -> str:
    text = f"{size:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def number_labels(ticks: Sequence[float]) -> list[str]:
    """All in the scale of the greatest, so that they are compared at a glance."""
    most = max(map(abs, ticks))
    if most >= 1e16:
        return [signed(tick, f"{abs(tick):.3g}") for tick in ticks]
    scale, suffix = 1.0, ""
    if most >= SHORTENED:
        scale, suffix = next(pair for pair in SUFFIXES if most >= pair[0])
    return [
        signed(tick, f"{plain(abs(tick) / scale, decimals(ticks, scale))}{suffix * (tick != 0)}")
        for tick in ticks
    ]


def decimals(ticks: Sequence[float], scale: float) -> int:
    step = abs(ticks[-1] - ticks[0]) / max(1, len(ticks) - 1) / scale
    return min(12, max(0, ceil(-log10(step) - 1e-6))) if step else 0


def percent_labels(ticks: Sequence[float]) -> list[str]:
    return [f"{label}%" for label in number_labels([100 * tick for tick in ticks])]


def exact_percent(value: float) -> str:
    size = abs(100 * value)
    return signed(value, f"{size:.3e}%" if size >= 1e18 else f"{plain(size, 1)}%")


def short_percent(value: float) -> str:
    size = abs(100 * value)
    return f"{short_number(100 * value)}%" if size >= 1e3 else signed(value, f"{size:.0f}%")


def duration_labels(ticks: Sequence[float]) -> list[str]:
    """Hours as long as the step is hours: 6 h, 12 h, 18 h, 24 h."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else ticks[0]
    size, name = next((pair for pair in SECONDS if step >= pair[0]), SECONDS[-1])
    if step % size:
        size, name = next((pair for pair in SECONDS if step % pair[0] == 0), SECONDS[-1])
    labels = number_labels([tick / size for tick in ticks])
    return [label if label == "0" else f"{label} {name}" for label in labels]


def exact_duration(value: float) -> str:
    """The two largest units: 2 d 19 h, 45 s, 0.2 s."""
    size = abs(value)
    if size >= 1e15:
        return signed(value, f"{short_number(size / 86_400)} d")
    for (large, name), (small, small_name) in pairwise(SECONDS):
        # Rounded before it is divided: 59.99 s is 1 min, not 60 s.
        count, rest = divmod(round(size / small), large // small)
        if count:
            return signed(value, f"{count:,} {name}{f' {rest} {small_name}' if rest else ''}")
    return signed(value, f"{plain(size, 1)} s")


def short_duration(value: float) -> str:
    size, name = next((pair for pair in SECONDS if abs(value) >= pair[0]), SECONDS[-1])
    number = abs(value) / size
    return signed(value, f"{short_number(number) if number >= 1e4 else f'{number:.2g}'} {name}")


@dataclass(frozen=True)
class Unit:
    """A kind of value.

    `adds_up`: days make a week by their sum; else by their mean (a median or a share of a week is
    not the sum of those of its days). `usual` is the top of an axis on which all is zero.
    """

    exact: Callable[[float], str]
    short: Callable[[float], str]
    labels: Callable[[Sequence[float]], list[str]]
    step: Callable[[float], float]
    adds_up: bool = False
    usual: float = 1


COUNT = Unit(exact_number, short_number, number_labels, whole_step, adds_up=True)
AVERAGE = Unit(exact_number, short_number, number_labels, round_step)
PERCENT = Unit(exact_percent, short_percent, percent_labels, round_step)
"""Values are fractions: 0.12 is 12%."""
DURATION = Unit(exact_duration, short_duration, duration_labels, seconds_step, usual=60)
"""Values are seconds."""


def value_ticks(low: float, high: float, unit: Unit, most: int = 5) -> list[float]:
    """Round values from at most `low` to at least `high`, zero among them; `most` + 2 at most."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < SMALLEST:
        low, high = 0.0, unit.usual
    step = unit.step((high - low) / most)
    return [number * step for number in range(floor(low / step), ceil(high / step) + 1)]
