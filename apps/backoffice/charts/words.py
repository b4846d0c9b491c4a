"""What a chart shows, in a sentence: its name for those who do not see it."""

from collections.abc import Sequence

from .dates import moment_words
from .series import Timeline, Value
from .units import Unit, plain


def timeline_words(chart: Timeline) -> str:
    """Published posts, 1–28 Nov 2026: 214, up 12% on the 28 days before; highest 14 on …"""
    if not chart.drawn or chart.is_empty:
        return f"{chart.title}: no data."
    parts = [row_words(chart, index) for index in range(len(chart.told))]
    text = f"{chart.title}, {chart.drawn.words}: {'; '.join(parts)}"
    return f"{text}{peak_words(chart)}{unfinished_words(chart)}. {chart.note}".rstrip()


def row_words(chart: Timeline, index: int) -> str:
    name, row = chart.told[index]
    unit = chart.unit
    value = unit.exact(sum(known(row))) if unit.adds_up else range_words(unit, row)
    named = f"{name} {value}" if len(chart.told) > 1 else value
    return named + (comparison_words(chart, row) if index == 0 else "")


def known(row: Sequence[Value]) -> list[float]:
    return [value for value in row if value is not None]


def range_words(unit: Unit, row: list[Value]) -> str:
    values = known(row)
    if not values:
        return "no data"
    low, high = unit.exact(min(values)), unit.exact(max(values))
    return low if low == high else f"{low} to {high}, last {unit.exact(values[-1])}"


def comparison_words(chart: Timeline, row: list[Value]) -> str:
    """Of sums only: there is no total of medians."""
    if not chart.dashed or not chart.unit.adds_up:
        return ""
    before = sum(known(chart.dashed_values[0]))
    change = change_words(sum(known(row)), before)
    return f", {change} {before_words(chart)}" if change else ""


def before_words(chart: Timeline) -> str:
    count, grain = chart.given.count, chart.given.grain
    return f"on the {grain} before" if count == 1 else f"on the {count} {grain}s before"


def change_words(now: float, before: float) -> str:
    """Up 12%, down 3.5%, unchanged; nothing where there was nothing to compare with."""
    if before <= 0:
        return ""
    percent = 100 * (now - before) / before
    text = plain(abs(percent), 0 if abs(percent) >= 10 else 1)
    if text == "0":
        return "unchanged"
    return f"{'up' if percent > 0 else 'down'} {text}%"


def peak_words(chart: Timeline) -> str:
    lead, row = chart.told[0] if chart.told else ("", [])
    values = known(row)
    if len(values) < 2 or min(values) == max(values):
        return ""
    at = row.index(max(values))
    name = f"{lead} " if len(chart.told) > 1 else ""
    is_long = (chart.drawn.last - chart.drawn.first).days > 366
    when = moment_words(chart.drawn.starts[at], chart.drawn.grain, year=is_long)
    return f"; {name}highest {chart.unit.exact(row[at])} {when}"


def unfinished_words(chart: Timeline) -> str:
    return "" if chart.now is None else "; today is not over"


def trend_words(values: Sequence[Value]) -> str:
    """Rising, falling or steady: the last third against the first."""
    row = known(values)
    if len(row) < 2:
        return "steady"
    third = max(1, len(row) // 3)
    first, last = sum(row[:third]) / third, sum(row[-third:]) / third
    if abs(last - first) <= 0.05 * (max(map(abs, row)) or 1):
        return "steady"
    return "rising" if last > first else "falling"
