"""All rows in the order of their keys: a batch, a rest, and stepping aside between them."""

import random
import time

from django.db import OperationalError, connections

from apps.database.errors import LockBusy
from apps.database.timeouts import brief

from .checkpoint import Checkpoint
from .pace import Pace
from .telling import Telling
from .throttle import LOOK_SECONDS, Throttle
from .work import Window, Work

# Deadlock, lock timeout, statement timeout; another writer on SQLite.
PASSING = {"40P01", "55P03", "57014", "SQLITE_BUSY"}
# In a row; with the rests between them more than the minute an idle transaction may last.
ATTEMPTS = 20
LONGEST_REST_SECONDS = 5.0
# For others, without a batch in between: as long as a statement waits for its lock.
ASIDE_SECONDS = 600.0


class BackfillPaused(LockBusy):
    """Somebody paused it and nobody resumed it. What was done stays done."""

    def __init__(self, name: str, note: str):
        super().__init__(
            f"The backfill {name} is {note}",
            f"Resume it with `manage.py backfill resume {name}`, and run this again: "
            "it goes on where it stopped. `manage.py backfill run` finishes it on its own.",
        )


class Walk:
    def __init__(
        self,
        work: Work,
        checkpoint: Checkpoint,
        throttle: Throttle,
        telling: Telling,
        patience_seconds: float,
    ):
        self.work = work
        self.connection = connections[work.using]
        self.checkpoint = checkpoint
        self.throttle = throttle
        self.telling = telling
        self.patience_seconds = patience_seconds
        self.pace = Pace(checkpoint.row.batch_size)
        self.changed = 0

    def all_rows(self, *, again: bool = False) -> None:
        """From the checkpoint; `again` from the first row, while the checkpoint stays at the end:
        what is found then was written behind it.
        """
        self.again, self.position, self.after, self.failures = again, None, None, 0
        window = None
        while window is None or not window.is_final:
            self._wait_while_paused()
            self._wait_for_others()
            window = self._attempt()

    def _wait_while_paused(self) -> None:
        if not self.checkpoint.is_paused:
            return
        until = time.monotonic() + self.patience_seconds
        while self.checkpoint.is_paused:
            if time.monotonic() >= until:
                raise BackfillPaused(self.work.name, self.checkpoint.row.note)
            self.telling.waits(self.checkpoint.row.note)
            time.sleep(LOOK_SECONDS)
            self.checkpoint.reload()
        self.checkpoint.turn(self.checkpoint.states.RUNNING)

    def _wait_for_others(self) -> None:
        reason = self.throttle.reason()
        if not reason:
            return
        until = time.monotonic() + ASIDE_SECONDS
        while reason:
            if time.monotonic() >= until:
                raise self._too_long_aside(reason)
            self.checkpoint.turn(self.checkpoint.states.WAITING, reason, rows_per_second=0)
            self.telling.waits(reason)
            time.sleep(LOOK_SECONDS)
            reason = self.throttle.still()
        self.checkpoint.turn(self.checkpoint.states.RUNNING)

    def _too_long_aside(self, reason: str) -> LockBusy:
        return LockBusy(
            f"The backfill {self.work.name} has stepped aside for {ASIDE_SECONDS / 60:.0f} min: "
            f"{reason}",
            "See to that, or wait until it is over, and run this again: it goes on where it "
            "stopped. `manage.py backfill run` finishes it on its own.",
        )

    def _attempt(self) -> Window | None:
        """None if it was paused meanwhile, or if others were in the way."""
        try:
            with self.telling.timed():
                window = self._batch()
        except OperationalError as error:
            self._back_off(error)
            return None
        if window is not None:
            self.failures = 0
            self.position = window.last
            self.telling.progress(self.checkpoint.row)
            time.sleep(self.pace.took(self.telling.seconds, window.looked))
        return window

    def _batch(self) -> Window | None:
        with brief(self.connection):
            self.checkpoint.reload(lock=True)
            if self.checkpoint.is_paused:
                return None
            self.after = self.position if self.again else self.checkpoint.cursor
            window = self.work.window(self.after, self.pace.size)
            changed = self.work.change(window)
            self._remember(window)
        self.changed += changed
        return window

    def _remember(self, window: Window) -> None:
        if self.again:
            self.checkpoint.beat(self.pace.size, self.pace.rate)
        else:
            self.checkpoint.move(window.last, window.looked, self.pace.size, self.pace.rate)

    def _back_off(self, error: OperationalError) -> None:
        if not PASSING & _codes(error):
            raise error
        self.failures += 1
        self.telling.retries += 1
        if self.failures == ATTEMPTS:
            raise LockBusy(
                f"The backfill {self.work.name} failed {ATTEMPTS} times in a row, at last with: "
                f"{error}",
                "Find who keeps rows of the table locked, or why a few rows take seconds; then "
                "run this again, it is safe: it goes on where it stopped.",
            ) from error
        self.pace.shrink()
        rest = min(0.1 * 2 ** (self.failures - 1), LONGEST_REST_SECONDS)
        # Two that got in each other's way must not come back at the same moment.
        time.sleep(rest * random.uniform(0.5, 1.0))  # noqa: S311


def _codes(error: OperationalError) -> set[str | None]:
    """PostgreSQL's and SQLite's, each under its own name."""
    names = ("sqlstate", "sqlite_errorname")
    return {getattr(error.__cause__, name, None) for name in names}
