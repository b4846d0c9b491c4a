"""How long something takes, told apart from what else the machine does."""

import gc
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TypeVar

import psycopg

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


class Pauses(Thread):
    """A client whose statements need no table, so nobody but the machine keeps them waiting.

    `longest` is in seconds: what a bound for the clients of a table is too narrow by.
    """

    def __init__(self, address: str):
        super().__init__(daemon=True)
        self.address, self.ends, self.longest = address, Event(), 0.0

    def run(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as session:
            while not self.ends.wait(0.01):
                began = time.perf_counter()
                session.execute("SELECT pg_current_xact_id()")
                self.longest = max(self.longest, time.perf_counter() - began)

    def __enter__(self) -> "Pauses":
        self.start()
        return self

    def __exit__(self, *failure) -> None:
        self.ends.set()
        self.join(30)
