"""What only the product's own process can tell: `python -m benchmarks.inside statements ADDRESS …`
prints what each report reads, `… day DATE` how long PostgreSQL takes to bring that day up to date.
"""

import json
import sys
import time
from datetime import date, timedelta

import django

from benchmarks.processor import processor_ms

DAYS = 5


def statements(addresses: dict[str, str]) -> dict[str, list[str]]:
    """By the slugs of reports, what each sends to answer its address, as text."""
    from django.http import QueryDict

    from apps.reports.question import Asked
    from apps.reports.report import all_reports

    found = {}
    for report in all_reports():
        if report.slug in addresses:
            asked = Asked(report, QueryDict(addresses[report.slug]).dict())
            found[report.slug] = sent_by(report, asked.question)
    return found


def sent_by(report, question) -> list[str]:
    from django.conf import settings
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from apps.reports.answers import read

    with CaptureQueriesContext(connections[settings.REPORTS_ALIAS]) as captured:
        read(report, question, compare=False, person_id=None)
    sent = (query["sql"].strip() for query in captured)
    return [one for one in sent if one.upper().startswith(("SELECT", "WITH", "("))]


def day(first: date) -> list[tuple[float, float]]:
    """Milliseconds in the statements of a refresh of one day, by the clock and of PostgreSQL's
    processor time, after a post of it has moved to another category, and back; each in turn on
    so many days.
    """
    from apps.posts.models import Category, Post
    from apps.reports.models import DirtyDay
    from apps.reports.rollups.metrics.posts import PUBLISHED

    other = Category.objects.order_by("-pk").values_list("pk", flat=True).first()
    found = []
    for number in range(DAYS):
        day = first + timedelta(days=number)
        posts = PUBLISHED.within((day, day), "default")
        pk, own = posts.exclude(category=other).values_list("pk", "category")[0]
        for category in (other, own):
            Post.objects.filter(pk=pk).update(category=category)
            DirtyDay.objects.create(day=day)
            found.append(timed_refresh(day))
    # The first warms up.
    return found[2:]


def timed_refresh(day: date) -> tuple[float, float]:
    from django.db import connection

    from apps.reports.rollups.locks import turn
    from apps.reports.rollups.refresh import compute_marked

    took = 0.0

    def timed(execute, *arguments):
        nonlocal took
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            took += time.perf_counter() - started

    with turn(), connection.execute_wrapper(timed):
        server = connection.connection.info.backend_pid
        before = processor_ms(server)
        compute_marked([day])
        return took * 1_000, processor_ms(server) - before


def main() -> None:
    django.setup()
    what, *given = sys.argv[1:]
    found = day(date.fromisoformat(given[0])) if what == "day" else statements(json.loads(given[0]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
