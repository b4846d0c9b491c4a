"""What the worker does for the reports."""

from datetime import timedelta

from apps.backoffice import periodic
from apps.backoffice.periodic import Outcome
from apps.reports.rollups.checking import check
from apps.reports.rollups.locks import Busy
from apps.reports.rollups.refresh import refresh


class RollupsDiffer(Exception):
    """A kept total is not what the tables say; the message names it."""


@periodic.job(
    "refresh_rollups",
    every=timedelta(minutes=3),
    description="Computes the totals of days that have passed or changed.",
)
def refresh_rollups():
    done = 0
    try:
        for days in refresh():
            done += days
            if days:
                yield Outcome(f"{done:,} day{'s' * (done != 1)} computed")
    except Busy:
        # A command is at it, and does the same.
        return


@periodic.job(
    "check_rollups",
    every=timedelta(days=1),
    description="Proves that the kept totals are what the tables say.",
)
def check_rollups():
    checked = 0
    for part in check():
        checked += part.days
        if part.differences:
            raise RollupsDiffer(f"{part.differences[0]} (manage.py refresh_rollups --all)")
        yield Outcome(f"{checked:,} days are what the tables say")
