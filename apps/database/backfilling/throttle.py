"""When a backfill steps aside: the signs that somebody or something cannot keep up with it."""

import time
from collections.abc import Callable, Sequence

# How often it looks; what it finds may be that old.
LOOK_SECONDS = 0.5

Signal = Callable[[], str]
"""Why to step aside just now; empty when there is no reason."""


class Throttle:
    """Asks its signals in turn; the first that has a reason is answered."""

    def __init__(self, signals: Sequence[Signal] = ()):
        self.signals = signals
        self._looked = float("-inf")

    def reason(self) -> str:
        """Free of cost most of the time: between two looks nothing is asked."""
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return ""
        self._looked = time.monotonic()
        return self._first_reason()

    def still(self) -> str:
        """Asked while it waits."""
        return self._first_reason()

    def _first_reason(self) -> str:
        return next(filter(None, (signal() for signal in self.signals)), "")
