"""Cohorts by the month they joined in, against figures counted by hand."""

from datetime import UTC, date, datetime

import pytest

from apps.reports.periods import Period
from apps.reports.rollups.refresh import refresh
from apps.users.actions import trash_users
from apps.users.models import User
from tests import factories
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_october(monkeypatch, at):
    """It is 20 October 2026."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(20))


def day(month: int, of_month: int = 10, hour: int = 12) -> datetime:
    return datetime(2026, month, of_month, hour, tzinfo=UTC)


@pytest.fixture
def cohorts():
    """Four joined in July, two in August, one in October."""
    july = [UserFactory(created_at=day(7)) for _ in range(4)]
    august = [UserFactory(created_at=day(8, 31, 23)) for _ in range(2)]
    UserFactory(created_at=day(10))
    old = PostFactory(author=UserFactory(created_at=day(1)), created_at=day(1))
    for person, months in ((july[0], (7, 8, 10)), (july[1], (7, 7)), (august[0], (9,))):
        for month in months:
            CommentFactory(post=old, author=person, author_name="", created_at=day(month, 15))
    for _ in refresh():
        pass


def figures(rows) -> list[tuple]:
    return [(row.joined, row.later, row.people, row.active, row.share) for row in rows]


def test_figures(cohorts, ask):
    period = Period(date(2026, 7, 1), date(2026, 10, 21))
    assert figures(ask("retention", period)[""].rows) == [
        ("Oct 2026", "+0", 1, 0, 0),
        ("Aug 2026", "+0", 2, 0, 0),
        ("Aug 2026", "+1", 2, 1, 0.5),
        ("Aug 2026", "+2", 2, 0, 0),
        ("Jul 2026", "+0", 4, 2, 0.5),
        ("Jul 2026", "+1", 4, 1, 0.25),
        ("Jul 2026", "+2", 4, 0, 0),
        ("Jul 2026", "+3", 4, 1, 0.25),
    ]


def test_a_month_that_the_period_cuts_counts_whole(cohorts, ask):
    rows = ask("retention", Period(date(2026, 7, 31), date(2026, 8, 1)))[""].rows
    assert [(row.joined, row.people, row.active) for row in rows] == [
        ("Jul 2026", 4, number) for number in (2, 1, 0, 1)
    ]


def test_a_month_begins_at_midnight_here(ask, settings):
    """31 August 23:00 in UTC is September in Copenhagen."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    person = UserFactory(created_at=day(8, 31, 23))
    PostFactory(author=person, created_at=day(9, 30, 23))
    for _ in refresh():
        pass
    rows = ask("retention", Period(date(2026, 8, 1), date(2026, 10, 21)))[""].rows
    assert figures(rows) == [("Sep 2026", "+0", 1, 0, 0), ("Sep 2026", "+1", 1, 1, 1)]


def test_twelve_months_are_followed_over_ten_years(ask):
    person = UserFactory(created_at=datetime(2017, 1, 5, tzinfo=UTC))
    PostFactory(author=person, created_at=datetime(2018, 1, 31, tzinfo=UTC))
    PostFactory(author=person, created_at=datetime(2018, 2, 1, tzinfo=UTC))
    for _ in refresh():
        pass
    rows = ask("retention", Period(date(2016, 11, 1), date(2026, 10, 21)))[""].rows
    assert [row.later for row in rows] == [f"+{number}" for number in range(13)]
    assert [row.active for row in rows] == [0] * 12 + [1]


def test_who_joined_leads_to_as_many_people(client, cohorts):
    client.force_login(factories.olive())
    text = client.get("/admin/reports/retention/?start=2026-07-05&end=2026-08-05").content.decode()
    query = "created_at_from=2026-07-01&amp;created_at_to=2026-07-31"
    assert f'/admin/users/user/?{query}">4</a>' in text
    listed = client.get(f"/admin/users/user/?{query}".replace("&amp;", "&")).content.decode()
    assert listed.count('name="_selected_action"') == 4


def test_who_is_in_the_trash_neither_joined_nor_wrote(cohorts, ask):
    """One of August, who wrote, and the one of July who wrote in three months."""
    first = [User.objects.filter(created_at__month=month).earliest("pk").pk for month in (7, 8)]
    trash_users(User.objects.filter(pk__in=first), by=factories.olive())
    rows = ask("retention", Period(date(2026, 7, 1), date(2026, 9, 1)))[""].rows
    assert figures(rows) == [
        *(("Aug 2026", f"+{later}", 1, 0, 0) for later in range(3)),
        ("Jul 2026", "+0", 3, 1, 1 / 3),
        *(("Jul 2026", f"+{later}", 3, 0, 0) for later in range(1, 4)),
    ]


def test_nobody_joined(ask):
    assert ask("retention", Period(date(2026, 7, 1), date(2026, 7, 2)))[""].rows == []


def test_it_shows_a_year_unless_asked(client, cohorts):
    client.force_login(factories.rory())
    text = client.get("/admin/reports/retention/").content.decode()
    assert 'name="start" value="2025-10-22"' in text
    assert 'aria-current="true">364 days' in text
    # By months, whatever is chosen: there is nothing to choose.
    assert 'name="granularity"' not in text
