"""A Redis client that stops asking for a while after a call failed or was slow.

A page asks the cache several times. With a Redis that hangs, each call costs its timeout;
with the guard the first one does, and the others fail at once until the pause is over.
Named in CACHES as django-redis's REDIS_CLIENT_CLASS.
"""

import logging
import threading
import time

import redis

logger = logging.getLogger(__name__)

# Under the clients' timeout of 0.2 s: a Redis that answers in 0.15 s is slower than what it saves.
SLOW_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 24.0


class Guard:
    """Whether this process asks Redis at the moment. A pause that ends lets one call try."""

    def __init__(self):
        self.lock = threading.Lock()
        self.close()

    def close(self) -> None:
        self.pause_seconds = 0.0
        self.paused_until = 0.0

    def enter(self) -> float:
        """The pause that this call tries to end, 0 if there is none.

        Raises redis.ConnectionError while Redis is not asked.
        """
        if not self.pause_seconds:
            return 0.0
        with self.lock:
            now = time.monotonic()
            if now < self.paused_until:
                raise redis.ConnectionError("Redis failed a moment ago and is not asked.")
            self.paused_until = now + self.pause_seconds
            return self.pause_seconds

    def failed(self, entered: float, reason: str) -> None:
        with self.lock:
            # Threads that failed together open one pause, not a pause doubled by each.
            if entered != self.pause_seconds:
                return
            self.pause_seconds = min(
                max(self.pause_seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS
            )
            self.paused_until = time.monotonic() + self.pause_seconds
        logger.warning("Redis is not asked for %.0f s: %s", self.pause_seconds, reason)

    def succeeded(self) -> None:
        if self.pause_seconds:
            with self.lock:
                self.close()
            logger.warning("Redis is asked again.")


guard = Guard()


class GuardedRedis(redis.Redis):
    def execute_command(self, *args, **options):
        entered = guard.enter()
        started = time.monotonic()
        try:
            answer = super().execute_command(*args, **options)
        except (redis.ConnectionError, redis.TimeoutError, OSError) as error:
            guard.failed(entered, type(error).__name__)
            raise
        seconds = time.monotonic() - started
        if seconds > SLOW_SECONDS:
            guard.failed(entered, f"an answer took {seconds:.2f} s")
        else:
            guard.succeeded()
        return answer
