"""One run of a periodic job, from its lease to what the row says of it."""

import logging
import time
from collections.abc import Callable

from django.db import close_old_connections, connection
from structlog.contextvars import bound_contextvars

from apps.backoffice.periodic import Outcome
from apps.operations.actions import finish_job, leave_job, renew_lease
from apps.operations.models import Schedule

logger = logging.getLogger(__name__)
# Who waits for SQLite's lock looks again after at most 0.1 s (`sqliteDefaultBusyCallback` in
# https://sqlite.org/src/file/src/main.c). Without a pause batch followed upon batch, and a save
# beside them waited for as long as the job took.
SQLITE_PAUSE_SECONDS = 0.12


def run_job(schedule: Schedule, goes_on: Callable[[], bool]) -> None:
    """Run a job that was claimed, batch after batch, until it has nothing left to do.

    Between two batches it is left to the next worker when `goes_on` says no.
    """
    with bound_contextvars(job=schedule.name):
        outcome, error = None, ""
        try:
            for outcome in schedule.job.run():
                if not goes_on():
                    leave_job(schedule, outcome)
                    logger.info("Job left to the next worker: %s", outcome.text)
                    return
                if not renew_lease(schedule):
                    logger.warning("Job taken over by another worker: this one was silent too long")
                    return
                give_way()
        except Exception as problem:
            logger.exception("Job failed")
            error = f"{type(problem).__name__}: {problem}"
            # The failure may have been the connection's: the row is written over a sound one.
            close_old_connections()
        if finish_job(schedule, outcome, error) and not error:
            report(outcome)


def give_way() -> None:
    """Between two batches, let others write: SQLite has one lock, and nobody stands in a queue."""
    if connection.vendor == "sqlite":
        time.sleep(SQLITE_PAUSE_SECONDS)


def report(outcome: Outcome | None) -> None:
    if outcome is None:
        logger.debug("Job found nothing to do")
    else:
        logger.info("Job done: %s", outcome.text)
