"""What a page says and reads of days whose totals are behind."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from apps.reports.models import DirtyDay
from apps.reports.rollups.days import today
from apps.reports.rollups.refresh import refresh
from tests.factories import UserFactory, olive

pytestmark = pytest.mark.django_db
BEHIND = "Still to be counted"


@pytest.fixture
def page(client):
    client.force_login(olive(created_at=timezone.now() - timedelta(days=40)))

    def text(**params) -> str:
        cache.clear()
        params |= {"start": str(today() - timedelta(days=27)), "end": str(today())}
        return client.get("/admin/reports/people/", params).content.decode()

    return text


def test_a_page_names_the_days_that_are_behind(page):
    UserFactory(created_at=timezone.now() - timedelta(days=20))
    # Nothing has been computed yet: eight days are read from the tables, twenty are not.
    assert BEHIND in page()
    for _ in refresh():
        pass
    assert BEHIND not in page()
    for days in range(1, 8):
        DirtyDay.objects.create(day=today() - timedelta(days=2 * days))
    assert BEHIND not in page()
    oldest = today() - timedelta(days=20)
    DirtyDay.objects.create(day=oldest)
    assert f"{BEHIND}, so that figures may be too low: {oldest.day} {oldest:%b %Y}." in page()


def test_a_page_that_compares_names_those_of_the_period_before(page):
    for _ in refresh():
        pass
    for days in range(30, 39):
        DirtyDay.objects.create(day=today() - timedelta(days=days))
    assert BEHIND not in page()
    oldest = today() - timedelta(days=38)
    assert f"too low: {oldest.day} {oldest:%b %Y}." in page(compare="1")
