"""One run of a periodic job, from its lease to what the row says of it."""

import logging
from collections.abc import Callable

from django.db import close_old_connections
from structlog.contextvars import bound_contextvars

from apps.backoffice.periodic import Outcome
from apps.operations.actions import finish_job, leave_job, renew_lease
from apps.operations.models import Schedule

logger = logging.getLogger(__name__)


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
        except Exception as problem:
            logger.exception("Job failed")
            error = f"{type(problem).__name__}: {problem}"
            # The failure may have been the connection's: the row is written over a sound one.
            close_old_connections()
        if finish_job(schedule, outcome, error) and not error:
            report(outcome)


def report(outcome: Outcome | None) -> None:
    if outcome is None:
        logger.debug("Job found nothing to do")
    else:
        logger.info("Job done: %s", outcome.text)
