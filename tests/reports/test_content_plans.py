"""What the page on content makes the database read for the most discussed of a period."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.reports.daily import best
from apps.reports.models import DailyTotal
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.rollups.days import DAY, today
from apps.reports.rollups.metrics.posts import BEST, MOST_COMMENTED
from apps.reports.rollups.state import close
from tests.backoffice.test_search_plans import nodes, plans

pytestmark = pytest.mark.django_db
DAYS = 60


@pytest.fixture
def kept(postgres):
    """A hundred of each day, none with as many comments as another; all of them closed."""
    number = DAYS * BEST
    DailyTotal.objects.bulk_create(
        DailyTotal(
            day=today() - timedelta(days=1 + n // BEST),
            metric=MOST_COMMENTED.name,
            dimension="post",
            key=str(n + 1),
            # Coprime: every value once, in no order.
            value=1 + n * 7_919 % number,
        )
        for n in range(number)
    )
    close(today() - DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reports_dailytotal")
    return number


def test_the_best_are_read_and_not_picked_from_all(kept):
    found: list[dict] = []
    with plans(found):
        ranked = best(MOST_COMMENTED, Question(Period.ending(today(), DAYS + 1)), "post", BEST)
    assert list(ranked.values()) == list(range(kept, kept - BEST, -1))
    read = [
        node
        for plan in found
        for node in nodes(plan)
        if node.get("Relation Name") == "reports_dailytotal"
    ]
    assert [node.get("Index Name") for node in read] == ["idx_daily_most_commented"]
    # One more tells that the last of them has no equal.
    assert sum(node["Actual Rows"] for node in read) <= BEST + 1
