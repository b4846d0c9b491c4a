"""What only the product's own process can tell: `python -m benchmarks.inside statements ADDRESS …`
prints what each report reads, `… day` how long PostgreSQL takes to bring a marked day up to date.
"""

import json
import sys
import time
from datetime import date, timedelta

import django

# In the middle of the year that the pages show, and of a busy week.
DAY = date(2025, 7, 1)
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


def day() -> dict[str, list[float]]:
    """Milliseconds in statements of a refresh: with one marked day after a post of it moved to
    another category and back, each in turn on so many days; and with none.
    """
    from apps.posts.models import Category, Post
    from apps.reports.models import DirtyDay

    other = Category.objects.order_by("-pk").values_list("pk", flat=True).first()
    found = {"day": [], "nothing": [timed_refresh() for _ in range(3)][1:]}
    for number in range(DAYS):
        day = DAY + timedelta(days=number)
        posts = Post.objects.published().filter(published_at__date=day)
        pk, own = posts.exclude(category=other).values_list("pk", "category")[0]
        for category in (other, own):
            Post.objects.filter(pk=pk).update(category=category)
            DirtyDay.objects.create(day=day)
            found["day"].append(timed_refresh())
    return found


def timed_refresh() -> float:
    from django.db import connection

    from apps.reports.rollups.refresh import refresh

    took = 0.0

    def timed(execute, *arguments):
        nonlocal took
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            took += time.perf_counter() - started

    with connection.execute_wrapper(timed):
        list(refresh())
    return took * 1_000


def main() -> None:
    django.setup()
    what, *given = sys.argv[1:]
    print(json.dumps(day() if what == "day" else statements(json.loads(given[0]))))


if __name__ == "__main__":
    main()
