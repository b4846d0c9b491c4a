"""Things that happen at the same moment, in threads that have a connection each."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.sizes import size

# Nothing on the slowest of machines takes so long; a wait that ends well costs none of it.
PATIENCE_SECONDS = size(120, 600)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of the calls, started together; an exception is a result too."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE_SECONDS)
            return call()
        except Exception as error:  # noqa: BLE001  The test says which it expects.
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


class Alongside(threading.Thread):
    """Something that happens while the test goes on; `outcome` waits for what came of it."""

    def __init__(self, call: Callable[[], Any]):
        super().__init__(daemon=True)
        self.call, self.result = call, None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.call()
        except Exception as error:  # noqa: BLE001  The test says which it expects.
            self.result = error
        finally:
            connection.close()

    def outcome(self) -> Any:
        """What it returned; an exception is a result too."""
        self.join(PATIENCE_SECONDS)
        assert not self.is_alive(), "it did not end"
        return self.result


def eventually(
    holds: Callable[[], Any],
    meanwhile: Callable[[], Any] = lambda: None,
    *,
    seconds: float = PATIENCE_SECONDS,
) -> Any:
    """Waits until it holds, which it gives; `meanwhile` is done between two looks."""
    until = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < until, "it did not happen"
        meanwhile()
        time.sleep(0.01)
    return found
