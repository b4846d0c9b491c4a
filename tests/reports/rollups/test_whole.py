"""What is moved by differences is right again after `--all`, and after another TIME_ZONE."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import F

from apps.reports.models import AuthorTotal, DailyTotal
from apps.reports.rollups import whole
from apps.reports.rollups.checking import check
from apps.reports.rollups.refresh import refresh
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _may():
    with time_machine.travel(MAY):
        yield


@pytest.fixture
def writers():
    """Three who wrote in May; the first joined half an hour before May begins in Denmark."""
    late = UserFactory(created_at=datetime(2026, 4, 30, 21, 30, tzinfo=UTC))
    others = UserFactory.create_batch(2, created_at=datetime(2026, 4, 30, 22, 30, tzinfo=UTC))
    for day, author in ((9, late), (9, others[0]), (10, others[0]), (16, others[1])):
        moment = datetime(2026, 5, day, 12, tzinfo=UTC)
        PostFactory(author=author, created_at=moment, published_at=moment, status="published")
    run()


def run() -> None:
    for _ in refresh():
        pass


def differences() -> list[str]:
    return [str(one) for part in check() for one in part.differences]


def cohorts() -> dict[tuple[date, str], int]:
    rows = DailyTotal.objects.filter(metric="people.cohort")
    return {(day, key): value for day, key, value in rows.values_list("day", "key", "value")}


def test_who_joined_in_another_month_of_another_time_zone_is_of_its_cohort(writers, settings):
    may, april = date(2026, 5, 1), "2026-04-01"
    assert cohorts() == {(may, april): 3}
    settings.TIME_ZONE = "Europe/Copenhagen"
    run()
    assert cohorts() == {(may, april): 1, (may, "2026-05-01"): 2}
    assert differences() == []


def test_all_mends_what_differences_cannot(writers, monkeypatch):
    monkeypatch.setattr(whole, "PEOPLE_AT_ONCE", 2)
    right = list(AuthorTotal.objects.order_by("pk").values())
    first, second, third = AuthorTotal.objects.order_by("pk")
    AuthorTotal.objects.filter(pk=first.pk).update(posts=7, first_day=date(2026, 1, 1), region="X")
    second.delete()
    AuthorTotal.objects.create(author=third.pk + 1_000, region="", posts=5, comments=0)
    moved = ["people.active", "people.cohort", "people.new_contributors"]
    DailyTotal.objects.filter(metric__in=moved).update(value=F("value") + 5)
    assert differences() != []
    call_command("refresh_rollups", "--all", verbosity=0)
    assert differences() == []
    assert list(AuthorTotal.objects.order_by("pk").values()) == right
    weeks = DailyTotal.objects.filter(metric="people.active", dimension="week")
    assert dict(weeks.values_list("day", "value")) == {date(2026, 5, 4): 2, date(2026, 5, 11): 1}
