"""How long something took, in buckets whose counts add up over days; medians from these."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Where each begins, in seconds; few are more than half as wide again as the one before.
BUCKETS = (
    0, 30,
    *(minutes * MINUTE for minutes in (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40)),
    *(minutes * MINUTE for minutes in (60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 960, 1200)),
    *(hours * HOUR for hours in (24, 36, 48, 72, 96, 120, 168, 240, 336, 504)),
    *(days * DAY for days in (30, 45, 60, 90, 120, 180, 270, 365)),
)  # fmt: skip


def bucket(took: timedelta) -> str:
    """The key of a time; what ended before it began took none."""
    seconds = max(took.total_seconds(), 0)
    return str(BUCKETS[bisect_right(BUCKETS, seconds) - 1])


def median(counts: Mapping[str, int]) -> float | None:
    """About how many seconds half of them took at most; None if there are none.

    `counts` is how many by the key of their bucket, in which they are taken as spread evenly.
    """
    in_order = sorted((int(key), count) for key, count in counts.items() if count > 0)
    half = sum(count for _, count in in_order) / 2
    for start, count in in_order:
        if count >= half:
            return start + (end_of(start) - start) * half / count
        half -= count
    return None


def end_of(start: int) -> int:
    """Where a bucket ends; the last, which has no end, is as wide as the time before it."""
    place = bisect_right(BUCKETS, start)
    return BUCKETS[place] if place < len(BUCKETS) else 2 * start
