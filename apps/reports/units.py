"""What a number counts, and how it is written for people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.backoffice import charts
from apps.backoffice.rows import MONTHS, short_time
from apps.reports.periods import DAY, Granularity, Period

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Unit:
    """`in_words` takes a value that is not None; its text is not HTML. `drawn`: by charts."""

    name: str
    in_words: Callable[[Any], str]
    is_number: bool = True
    drawn: charts.Unit = charts.COUNT


def day_in_words(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month]}"


def span_in_words(period: Period) -> str:
    """22 Oct – 20 Nov 2026."""
    first, last = period.start, period.last
    end = f"{last.day} {MONTHS[last.month]} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {MONTHS[first.month]} {first.year} – {end}"
    if first.month != last.month:
        return f"{first.day} {MONTHS[first.month]} – {end}"
    return f"{first.day} – {end}"


def bucket_in_words(bucket: Period, granularity: str) -> str:
    """Fri 20 Nov · Week 47, 16 – 22 Nov 2026 · Nov 2026; a month that is cut names its days."""
    if granularity == Granularity.DAY:
        return f"{day_in_words(bucket.start)} {bucket.start.year}"
    if granularity == Granularity.WEEK:
        return f"Week {bucket.start.isocalendar().week}, {span_in_words(bucket)}"
    whole = bucket.start.day == 1 and bucket.end.day == 1
    month = f"{MONTHS[bucket.start.month]} {bucket.start.year}"
    return month if whole else span_in_words(bucket)


def capped_at(most: int) -> Unit:
    """A count that goes one beyond `most` at the most, which is written 10,000+."""
    return Unit("count", lambda value: f"{most:,}+" if value > most else f"{value:,}")


COUNT = Unit("count", lambda value: f"{value:,}", drawn=charts.COUNT)
AVERAGE = Unit("average", charts.AVERAGE.exact, drawn=charts.AVERAGE)
# A fraction: 0.12 is 12%.
PERCENT = Unit("percent", charts.PERCENT.exact, drawn=charts.PERCENT)
# Seconds: 2 d 19 h. Of counts per length of time it is known roughly.
DURATION = Unit("seconds", charts.DURATION.exact, drawn=charts.DURATION)
ABOUT = Unit(
    "seconds", lambda value: f"about {charts.DURATION.short(value)}", drawn=charts.DURATION
)
TEXT = Unit("text", str, is_number=False)
DATE = Unit("date", lambda day: span_in_words(Period(day, day + DAY)), is_number=False)
MOMENT = Unit("moment", short_time, is_number=False)
# A row for each day, week or month.
PERIOD = Unit("period", span_in_words, is_number=False)
