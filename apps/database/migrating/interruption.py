"""A run that is asked to end does so in order: SIGTERM is what a deployment sends for Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The exit code, as shells have it.
INTERRUPTED = 130


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Within it SIGTERM raises KeyboardInterrupt, which also cancels the statement at work."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
