"""What a run prints: a line for each migration, whom it waits for, how far a long statement is.

Plain lines where nobody watches; on a terminal a bar with rate and time left below them.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from apps.database.locks import Holder
from apps.database.observer import Observer, Statement

LINE_EVERY_SECONDS = 10
LINE_LENGTH = 100


class Progress(Observer):
    """`write` prints text as it is. At `verbosity` 0 nothing is said, from 2 on every statement."""

    def __init__(self, write: Callable[[str], None], verbosity: int = 1):
        self.write = write
        self.verbosity = verbosity
        self.pace = Pace()
        # Before the first migration there may be statements: Django's own table of them.
        self.name, self.longest_wait_ms = "", 0
        self._line_is_open = self._is_running = False

    def shown(self) -> AbstractContextManager:
        return nullcontext()

    def say(self, line: str) -> None:
        if self.verbosity:
            self.write(f"\n{line}\n" if self._line_is_open else f"{line}\n")
            self._line_is_open = False

    def begin(self, name: str, step: int, steps: int) -> None:
        self.name = f"{name} ({step} of {steps})" if steps > 1 else name
        self.began, self.longest_wait_ms = time.monotonic(), 0
        self._is_running = True
        self._open(f"  {self.name} …")

    def finish(self, how: str = "OK") -> None:
        seconds = time.monotonic() - self.began
        cost = f"{seconds:.2f} s"
        if self.longest_wait_ms:
            cost += f", nobody waited longer than {self.longest_wait_ms} ms"
        self._is_running = False
        self._close(f" {how} ({cost})")

    def stopped(self) -> None:
        """Which one it was, before the error is said on a line of its own."""
        if self._is_running:
            self.finish("stopped")

    def started(self, statement: Statement) -> None:
        self.pace = Pace()
        if self.verbosity > 1:
            self.say(f"    {statement.kind}: {shortened(statement.sql)}")

    def waits(self, statement: Statement, holders: Sequence[Holder]) -> None:
        if holders:
            self.say(f"    waits for {'; '.join(map(shortened, map(str, holders)))}")

    def steps_aside(self, statement: Statement, reason: str) -> None:
        self.say(f"    steps aside: {reason}")

    def progress(self, statement: Statement, phase: str, done: int, total: int) -> None:
        self.pace.note(phase, done, total)
        if self.pace.is_due():
            self.say(f"    {self.pace}")

    def ended(self, statement: Statement, seconds: float, wait_ms: int, retries: int) -> None:
        self.longest_wait_ms = max(self.longest_wait_ms, wait_ms)
        if self.verbosity > 1 and (retries or seconds >= 1):
            self.say(f"      took {seconds:.1f} s, tried {retries + 1} times")

    def _open(self, text: str) -> None:
        """A line that ends when the migration does, so that a log shows what is running."""
        if self.verbosity:
            self.write(text)
            self._line_is_open = True

    def _close(self, rest: str) -> None:
        if not self._line_is_open:
            rest = f"  {self.name} …{rest}"
        self._line_is_open = False
        self.say(rest)


class Pace:
    """How fast one phase of one statement goes."""

    def __init__(self):
        self.phase, self.done, self.total, self.first = "", 0, 0, 0
        self.began = self.said = time.monotonic()

    def note(self, phase: str, done: int, total: int) -> None:
        if phase != self.phase:
            self.phase, self.first, self.began = phase, done, time.monotonic()
        self.done, self.total = done, total

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self.said < LINE_EVERY_SECONDS:
            return False
        self.said = now
        return True

    @property
    def rate(self) -> float:
        """A second, over the phase so far."""
        return (self.done - self.first) / max(time.monotonic() - self.began, 0.001)

    @property
    def seconds_left(self) -> float | None:
        if not self.total or self.rate <= 0:
            return None
        return max(self.total - self.done, 0) / self.rate

    def __str__(self):
        """ "scanning table: 61%, 796,410 of 1,305,880, 12,000 a second, 43 s left"."""
        if not self.total:
            return f"{self.phase}: {self.done:,}"
        # Statistics may be behind the table.
        percent = min(self.done / self.total, 1)
        parts = [f"{self.phase}: {percent:.0%}, {self.done:,} of {self.total:,}"]
        if self.seconds_left is not None:
            parts += [f"{self.rate:,.0f} a second", f"{self.seconds_left:,.0f} s left"]
        return ", ".join(parts)


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_LENGTH else line[: LINE_LENGTH - 1] + "…"
