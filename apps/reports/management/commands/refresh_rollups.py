"""`manage.py refresh_rollups [--from 2026-01-31 | --all]`"""

import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import date

from django.core.management.base import BaseCommand

from apps.backoffice.progress import Report
from apps.reports.rollups import whole
from apps.reports.rollups.locks import Busy
from apps.reports.rollups.refresh import days_to_do, refresh, reopen

WAIT_SECONDS = 0.2


class Command(BaseCommand):
    help = (
        "Compute the kept totals of days that have passed or changed. It may run while people "
        "work, and be stopped and run again."
    )

    def add_arguments(self, parser):
        days = parser.add_mutually_exclusive_group()
        days.add_argument(
            "--from", dest="first", type=day, metavar="YYYY-MM-DD", help="this day and all later"
        )
        days.add_argument("--all", action="store_true", help="every day")

    def handle(self, *args, first, verbosity, **options):
        if first or options["all"]:
            patiently(lambda: reopen(first))
        # The bar draws lines that do not end.
        self.stdout.ending = ""
        with (
            Report(self.stdout, quiet=verbosity < 1) as report,
            report.step("days", days_to_do()) as step,
        ):
            patiently(lambda: advance(step))
        if options["all"]:
            count_people()


def advance(step) -> None:
    for days in refresh():
        step.advance(days)


def count_people() -> None:
    for some in whole.people():
        patiently(lambda some=some: whole.count_lives(some))
    patiently(whole.count_newcomers)


def patiently(attempt: Callable):
    """Try until no other refresh is at a batch."""
    while True:
        try:
            return attempt()
        except Busy:
            time.sleep(WAIT_SECONDS)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("must be a day such as 2026-01-31") from None
