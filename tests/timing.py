"""How long a pure function takes, for tests that compare two of its sizes with each other."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def timed(call: Callable[..., Result], *arguments) -> tuple[Result, float]:
    """What it returns, and its seconds of this thread's processor time without the collector's.

    What else the machine does, and how much other tests have left in memory, is not its own.
    """
    gc.disable()
    try:
        started = time.thread_time()
        result = call(*arguments)
        return result, time.thread_time() - started
    finally:
        gc.enable()
