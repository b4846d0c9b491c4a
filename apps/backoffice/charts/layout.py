"""Room: how wide a text is, where labels go, which ticks fit.

Text keeps its size and lines stretch: a chart is as wide as its place, so across it everything
stands at a share of the width (per mille in paths, per cent elsewhere), down it at pixels. What
depends on the width (how many ticks) is drawn once for each of three widths, and CSS shows one.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from unicodedata import east_asian_width

from .dates import GRAINS, Grain, Period, start_after, start_of, tick_words

TOP, BOTTOM, HEIGHT = 10, 226, 256
LINE = 15
"""Pixels from one line of text to the next."""
WIDTHS = {"wide": 860, "mid": 540, "narrow": 290}
"""The least width in pixels of a chart to which CSS shows these ticks."""
NARROW, BROAD = set("iljtfrI.,:;'|!()[] ·"), set("mwMW@%—…")


@lru_cache(2_000)
def text_width(text: str) -> float:
    """Pixels at 12 px, on the generous side: system fonts differ by a tenth."""
    return sum(map(char_width, text))


def char_width(char: str) -> float:
    if char in NARROW:
        return 4.5
    if char in BROAD:
        return 12.0
    if char.isascii():
        return 8.6 if char.isupper() else 7.4
    return 12.5 if east_asian_width(char) in "WFA" else 8.6


def shortened(text: str, width: float) -> str:
    """As much of the text as fits, with … where some is missing."""
    if text_width(text) <= width:
        return text
    room, end = width - char_width("…"), 0
    for char in text:
        room -= char_width(char)
        if room < 0:
            break
        end += 1
    return text[:end].rstrip() + "…"


def spread(wanted: Sequence[float], low: float, high: float, gap: float = LINE) -> list[float]:
    """The places nearest to those wanted, in their order, at least `gap` apart, within the ends.

    As many as have room: callers give no more than (high - low) / gap + 1.
    """
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = [0.0] * len(wanted)
    least = low
    for index in order:
        places[index] = least = max(wanted[index], least)
        least += gap
    most = high
    for index in reversed(order):
        places[index] = most = min(places[index], most)
        most -= gap
    return places


def across(starts: Sequence[date]) -> list[float]:
    """Dates as shares of the width: the first at 0, the last at 1, one alone in the middle."""
    if len(starts) < 2:
        return [0.5] * len(starts)
    first, days = starts[0].toordinal(), (starts[-1] - starts[0]).days
    return [(start.toordinal() - first) / days for start in starts]


STEPS: tuple[tuple[Grain, int], ...] = (
    *(("day", 1), ("week", 1), ("day", 2), ("day", 3), ("week", 2), ("month", 1), ("quarter", 1)),
    *(("year", count) for count in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)),
)
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
"""Days."""
Tick = tuple[date, str]


def date_ticks(period: Period, width: float) -> list[Tick]:
    """The roundest dates whose labels fit into `width` pixels side by side; two if possible."""
    starts, single, most = period.starts, [], width / 20
    days = (starts[-1] - starts[0]).days
    for grain, count in STEPS:
        if GRAINS.index(grain) < GRAINS.index(period.grain):
            continue
        if days // (LONGEST[grain] * count) > most:
            continue
        ticks = round_dates(starts, grain, count, most)
        if ticks and labels_fit(ticks, starts, width):
            if len(ticks) > 1:
                return ticks
            single = single or ticks
    return single or [(starts[0], tick_words(starts[0], period.grain, year=True))]


def round_dates(starts: list[date], grain: Grain, count: int, most: float) -> list[Tick]:
    """Every `count`-th start of a grain; none if they are more than `most`.

    The year stands where it is a new one, and at the first month; at the first day only if there
    are two years.
    """
    day = first_round(starts[0], grain, count)
    year = starts[-1].year if grain in ("day", "week") and len(starts) > 1 else None
    ticks: list[Tick] = []
    while day <= starts[-1] and len(ticks) <= most:
        if day >= starts[0]:
            ticks.append((day, tick_words(day, grain, year=day.year != year)))
            year = day.year
        following = start_after(day, grain, count)
        if following <= day:
            break
        day = following
    if len(ticks) > 1 and grain not in ("day", "year") and ticks[0][0].year < ticks[1][0].year:
        # Dec, Jan 2026: two years side by side take the room of three labels.
        ticks[0] = (ticks[0][0], tick_words(ticks[0][0], grain, year=False))
    return ticks if len(ticks) <= most else []


def first_round(first: date, grain: Grain, count: int) -> date:
    if grain == "year":
        return date(max(1, first.year - first.year % count), 1, 1)
    # The first Monday within, so that of two weeks the earlier is shown.
    return start_of(start_after(first, "day", 6) if grain == "week" else first, grain)


def labels_fit(ticks: list, starts: list[date], width: float) -> bool:
    days = max(1, (starts[-1] - starts[0]).days)
    end = None
    for day, label in ticks:
        middle = width * (day - starts[0]).days / days
        half = text_width(label) / 2 + 4
        if end is not None and middle - half < end:
            return False
        end = middle + half
    return True
