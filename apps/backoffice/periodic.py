"""Periodic jobs: what apps want done every so often, without the worker knowing them.

An app registers its jobs from a module that its `AppConfig.ready()` imports, `tasks.py`:

    from apps.backoffice import periodic

    @periodic.job("purge_pending_edits", every=timedelta(days=1),
                  description="Removes pending edits older than 30 days.")
    def purge_pending_edits():
        purged = 0
        while batch := actions.purge_old_edits(limit=500):    # one short transaction
            purged += batch
            yield periodic.Outcome(f"{purged:,} pending edits removed")

A job is a generator. It works in batches of a few seconds, each a transaction of its own, and
after each yields what it has done so far. There the worker renews its lease, and there it stops
when it is told to; the next run goes on. So what a job has not done must be found anew by the
next run, and two runs side by side, which a machine that hung for a minute can cause, must do no
harm. One that finds nothing to do yields nothing, and what it did last stays shown.

Each job has a row of `operations.Schedule`: it runs once however many workers there are, and
once after however long a time without one. `migrate` and the worker's start write the rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

NAME_LENGTH = 60


@dataclass(frozen=True)
class Outcome:
    """What a run has done so far; `notice` is what people should know of it for a day."""

    text: str
    notice: str = ""


Run = Callable[[], Iterator[Outcome]]


@dataclass(frozen=True)
class Job:
    name: str
    run: Run
    every: timedelta
    description: str


_jobs: dict[str, Job] = {}


def job(name: str, *, every: timedelta, description: str) -> Callable[[Run], Run]:
    """Register a job under a name that no other has."""

    def register(run: Run) -> Run:
        if len(name) > NAME_LENGTH or (name in _jobs and _jobs[name].run is not run):
            raise ValueError(f"The name {name!r} of a periodic job is too long or taken.")
        _jobs[name] = Job(name, run, every, description)
        return run

    return register


def jobs() -> dict[str, Job]:
    """All jobs by name, in the order they were registered."""
    return dict(_jobs)
