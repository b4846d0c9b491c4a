"""What the page on people makes the database read: as much of 2,000 accounts as of 200."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.reports.catalogue.people import standings
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.rollups.refresh import refresh, reopen
from apps.users.models import User
from tests.backoffice.test_search_plans import nodes, plans, touched
from tests.factories import UserFactory, olive

ADDRESS = "/admin/reports/people/?compare=1"
DAYS = 20
LATER = datetime(2126, 1, 1, tzinfo=UTC)
# The reader and his session, those who are suspended, one look for each of two regions.
FEW = 20


def join(number: int, **known) -> None:
    """So many on each of the days before today, of every kind."""
    noon = timezone.now().replace(hour=12)
    made = User.objects.count()
    User.objects.bulk_create(
        UserFactory.build(
            email=f"joined{made + n}@example.com",
            password="!",
            created_at=noon - timedelta(days=1 + n % DAYS),
            region=("North", "South")[n // DAYS % 2],
            email_verified=n // DAYS % 5 == 1,
            is_active=n // DAYS % 5 != 2,
            **known,
        )
        for n in range(number)
    )


@pytest.fixture
def read(postgres, yesterday_is_closed, client):
    """The rows of totals that the page reads, all up to date; and of accounts it touches."""
    client.force_login(olive(created_at=timezone.now() - timedelta(days=40)))
    join(DAYS // 4, suspended_until=LATER)

    def rows(address: str) -> tuple[int, int]:
        reopen(None)
        sum(refresh())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        cache.clear()
        found: list[dict] = []
        with plans(found):
            assert client.get(address).status_code == 200
        totals = of_table("reports_dailytotal", found)
        return sum(node["Actual Rows"] for node in totals), sum(
            touched(node | {"Plans": []}) for node in of_table("users", found)
        )

    return rows


def of_table(name: str, found: list[dict]) -> list[dict]:
    return [node for plan in found for node in nodes(plan) if node.get("Relation Name") == name]


@pytest.mark.parametrize("filters", ["", "&region=North"])
def test_its_rows_follow_the_days_and_not_the_accounts(read, filters):
    join(200)
    few, _ = read(ADDRESS + filters)
    join(1_800)
    many, accounts = read(ADDRESS + filters)
    assert accounts <= FEW
    assert many == few


def test_on_sqlite_accounts_are_found_by_what_few_have(sqlite):
    join(200)
    question = Question(Period.ending(timezone.localdate(), 2 * DAYS), filters={"region": "North"})
    with CaptureQueriesContext(connection) as seen:
        standings(question)
    [sql] = [query["sql"] for query in seen if "suspended_until >" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        [plan] = [row[-1] for row in cursor.fetchall()]
    assert "INDEX idx_users_suspended (suspended_until>?)" in plan
