"""What is to be made, and everything about a row that follows from its number alone.

No Django here: the processes that make rows import this and nothing heavier.
"""

import bisect
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

DAYS = 730
"""The past that posts and comments are spread over."""
FUTURE_DAYS = 70
CHUNK = 5_000
"""Rows made in one go. Part of the data: each chunk has a random generator of its own."""

RARE = "kittiwake"
RARE_POSTS = 50
PLANTED = {RARE: None, "coracle": 0.001, "lugger": 0.01, "regatta": 0.1, "tide": 0.5}
"""Words for the benchmark of search and the share of posts they stand in, independent of each
other; the first stands in fifty posts whatever their number."""

MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Plan:
    """The numbers a data set follows from; equal plans give equal rows.

    `first_user` is the id of the first person made, `authors` and `moderators` are ids of accounts
    that were there before and take part.
    """

    users: int
    posts: int
    comments: int
    seed: int
    until: datetime
    content_bytes: int | None = None
    first_user: int = 1
    authors: tuple[int, ...] = ()
    moderators: tuple[int, ...] = ()

    @cached_property
    def calendar(self) -> "Calendar":
        return Calendar.until(self.until)

    @property
    def everyone(self) -> range:
        return range(self.first_user, self.first_user + self.users)

    def chunks(self, table: str) -> list[range]:
        """The row numbers of a table, from 1, in slices of CHUNK."""
        last = getattr(self, table)
        return [range(i, min(i + CHUNK, last + 1)) for i in range(1, last + 1, CHUNK)]

    def randomness(self, table: str, rows: range) -> random.Random:
        # A generator per chunk: the rows are the same however many processes share the work.
        return random.Random(f"{self.seed}-{table}-{rows.start}")  # noqa: S311 -- no secrets

    def created(self, post: int) -> int:
        """Seconds since the calendar's start; grows with the number, but for the time of day."""
        return self.calendar.moment((post - 0.5) / self.posts, mix(post, self.seed))

    def life(self, post: int) -> tuple[str, int, int]:
        """A post's status, when it was created, and when it was published (0: it was not).

        From the number alone, without a generator, because its comments ask for it too.
        """
        word = mix(post, self.seed + 1)
        created = self.created(post)
        status = status_at(word / MASK, post / self.posts)
        if status in ("published", "archived"):
            return status, created, min(created + 1_800 + word % 432_000, self.calendar.last)
        return status, created, 0

    def has_rare_word(self, number: int, of: int) -> bool:
        """Whether this is one of the fifty rows, spread evenly, that hold the rare word."""
        return number * RARE_POSTS // of != (number - 1) * RARE_POSTS // of


def status_at(share: float, age: float) -> str:
    """A status for a random share: archived are mostly old posts, drafts mostly new ones.

    `age` is 0 for the oldest post and 1 for the newest. Over all: published 70 %, draft 15, in
    review, scheduled and archived 5 each.
    """
    for status, part in (
        ("archived", 0.1 - 0.1 * age),
        ("review", 0.1 * age),
        ("scheduled", 0.1 * age),
        ("draft", 0.05 + 0.2 * age),
    ):
        if share < part:
            return status
        share -= part
    return "published"


def mix(number: int, seed: int) -> int:
    """Thirty-two bits that look random and follow from a number and a seed.

    The finalizer of MurmurHash3 (Austin Appleby, https://github.com/aappleby/smhasher).
    """
    word = (number * 0x9E3779B1 + seed * 0x85EBCA6B) & MASK
    word = ((word ^ (word >> 16)) * 0x85EBCA6B) & MASK
    word = ((word ^ (word >> 13)) * 0xC2B2AE35) & MASK
    return word ^ (word >> 16)


@dataclass(frozen=True)
class Calendar:
    """Two years of days with their share of the work, and text for every second of them."""

    days: list[str]
    ends: list[float]
    """The share of all rows written by the end of each past day."""
    clock: list[str]
    working_seconds: list[int] = field(repr=False)

    @classmethod
    def until(cls, end: datetime) -> "Calendar":
        first = end - timedelta(days=DAYS)
        dates = [first + timedelta(days=day) for day in range(DAYS + FUTURE_DAYS)]
        total, ends = 0.0, []
        for day, date in enumerate(dates[:DAYS]):
            # The paper grew by half, and rests at weekends.
            total += (1 + 0.5 * day / DAYS) * (0.35 if date.weekday() >= 5 else 1)
            ends.append(total)
        return cls(
            days=[f"{date:%Y-%m-%d}" for date in dates],
            ends=[part / total for part in ends],
            clock=[f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(86_400)],
            working_seconds=working_seconds(),
        )

    @property
    def last(self) -> int:
        """The last second before the data ends."""
        return DAYS * 86_400 - 1

    def moment(self, share: float, word: int) -> int:
        """The second at which a share of all rows is written; `word` picks the time of day."""
        day = bisect.bisect_left(self.ends, share)
        return day * 86_400 + self.working_seconds[word & 1023] + (word >> 10) % 900

    def text(self, second: int) -> str:
        """A moment as both databases read it, in UTC."""
        day, rest = divmod(second, 86_400)
        return self.days[day] + self.clock[rest]


def working_seconds() -> list[int]:
    """1,024 quarters of an hour: mostly the working day, some evening, little night."""
    by_hour = [1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 18, 16, 12, 14, 17, 17, 15, 12, 9, 8, 7, 6, 4, 2]
    quarters = [hour * 4 + part for hour in range(24) for part in range(4)]
    weights = [by_hour[quarter // 4] for quarter in quarters]
    picked = random.Random(0).choices(quarters, weights, k=1024)  # noqa: S311
    return [quarter * 900 for quarter in picked]


def today() -> datetime:
    """The last midnight in UTC: data made twice on one day is the same."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
