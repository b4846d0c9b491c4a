"""The worker: due periodic jobs and enqueued tasks, a piece at a time, for as long as it is let."""

import logging
import os
import socket
import sys
import time

from django.db import Error, close_old_connections
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, task_backends
from django_tasks_db import DatabaseBackend
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from apps.operations.actions import claim_job, write_schedules
from apps.operations.running import run_job

logger = logging.getLogger(__name__)
# How long an idle worker may take to see that it was told to stop.
NAP_SECONDS = 0.2


class Worker(db_worker.Worker):
    """django-tasks' worker with a loop of its own: the stock one ends with the first error of
    the database, and knows no periodic jobs.
    """

    def __init__(self, *, interval: float = 1, until_idle: bool = False):
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=until_idle,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=f"{socket.gethostname()[:40]}:{os.getpid()}",
        )
        # Another engine, set in TASKS, has a worker of its own; the periodic jobs are ours.
        self.runs_tasks = isinstance(task_backends[self.backend_name], DatabaseBackend)
        self.has_schedules = False
        self.is_waiting_for_database = False

    def run(self) -> None:
        logger.info("Worker %s started", self.worker_id)
        while self.running:
            if self.turn():
                continue
            if self.batch:
                break
            self.wait(self.interval)
        logger.info("Worker %s stopped", self.worker_id)

    def stop(self) -> None:
        """The piece at hand is finished first."""
        self.running = False

    def shutdown(self, signum, frame) -> None:
        """The first signal is a request, the second an order."""
        if not self.running:
            self.reset_signals()
            sys.exit(128 + signum)
        # Nothing is logged here: the signal may have come in the middle of a line.
        self.stop()

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.running and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, NAP_SECONDS))

    def turn(self) -> bool:
        """At most one job and one task; False if there was nothing to do."""
        close_old_connections()
        try:
            worked = self.work()
        except Error as error:
            if self.batch:
                raise
            self.wait_out(error)
            return True
        finally:
            close_old_connections()
        if self.is_waiting_for_database:
            self.is_waiting_for_database = False
            logger.info("The database answers again")
        return worked

    def work(self) -> bool:
        if not self.has_schedules:
            write_schedules()
            self.has_schedules = True
        # Both in every turn: a job that is always due keeps no task waiting, nor the other way.
        done = [self.run_due_job(), self.running and self.run_next_task()]
        return any(done)

    def wait_out(self, error: Error) -> None:
        """Said once, not every second, however long the database is away."""
        if not self.is_waiting_for_database:
            self.is_waiting_for_database = True
            logger.warning("The database does not answer, trying again: %s", error)
        self.wait(max(self.interval, NAP_SECONDS))

    def run_due_job(self) -> bool:
        schedule = claim_job(self.worker_id)
        if schedule is not None:
            run_job(schedule, lambda: self.running)
        return schedule is not None

    def run_next_task(self) -> bool:
        if not self.runs_tasks:
            return False
        ready = DBTaskResult.objects.ready().filter(backend_name=self.backend_name)
        # A look without a lock first: on SQLite the lock keeps everybody from writing.
        if not ready.exists():
            return False
        with exclusive_transaction(ready.db):
            task = ready.get_locked()
            if task is not None:
                task.claim(self.worker_id)
        if task is not None:
            self.run_task(task)
        return task is not None
