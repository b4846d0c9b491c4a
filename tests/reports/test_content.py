"""What was published, against figures counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from apps.reports.answers import read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from tests import factories
from tests.factories import CategoryFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def at(day: int, hour: int = 12) -> datetime:
    """A moment of October 2026."""
    return datetime(2026, 10, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)


def october(first: int, last: int) -> Period:
    return Period(at(first).date(), at(last).date() + timedelta(days=1))


def ask(period: Period, granularity: str = "day"):
    question = Question(period, granularity)
    return read(report_for("content"), question, compare=True, person_id=None)[0]


@pytest.fixture
def posts():
    """Five posts published from the 6th to the 9th, and what does not count."""
    harbour, council = CategoryFactory(name="Harbour"), CategoryFactory(name="Council")
    ida = UserFactory(name="Ida")

    def published(day: int, **fields):
        fields = {"status": "published", "author": ida, "published_at": at(day)} | fields
        return PostFactory(**fields)

    published(6, category=harbour, title="Most", comment_count=9)
    published(6, category=harbour, comment_count=0)
    published(7, category=council, title="Second", comment_count=4)
    published(9, category=None, title="Third", comment_count=2, kind="page")
    published(9, category=harbour, title="Fourth", comment_count=2, published_at=at(9, 23))
    # The week before.
    published(1, category=council, comment_count=50)
    # In the trash, archived, still a draft.
    published(7, category=harbour, deleted_at=at(8), comment_count=70)
    PostFactory(status="archived", published_at=at(7), category=harbour, comment_count=80)
    PostFactory(category=harbour, created_at=at(7), comment_count=90)


def test_published_by_day(posts):
    result = ask(october(6, 9))[""]
    assert [row.published for row in result.rows] == [2, 1, 0, 2]
    assert result.totals == {"published": 5}
    assert [row.published for row in result.rows_before] == [0, 0, 1, 0]


def test_published_by_week(posts):
    # Thursday 1 to Sunday 4, then Monday 5 to Sunday 11.
    assert [row.published for row in ask(october(1, 11), "week")[""].rows] == [1, 5]


def test_a_day_begins_at_midnight_here(posts, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert [row.published for row in ask(october(9, 10))[""].rows] == [1, 1]


def test_the_day_the_clocks_change(settings):
    """25 October has 25 hours in Copenhagen: from the 24th 22:00 to the 25th 23:00 in UTC."""
    settings.TIME_ZONE = "Europe/Copenhagen"
    harbour = CategoryFactory(name="Harbour")
    moments = [at(24, 22) - MINUTE, at(24, 22), at(25, 23) - MINUTE, at(25, 23)]
    for number, moment in enumerate(moments, 1):
        fields = {"comment_count": number, "category": harbour}
        PostFactory(status="published", published_at=moment, **fields)
    assert [row.published for row in ask(october(24, 26))[""].rows] == [1, 2, 1]
    results = ask(october(25, 25))
    assert [row.comments for row in results["top"].rows] == [3, 2]
    assert [row.published for row in results["categories"].rows] == [2]
    assert [row.published for row in ask(october(19, 31), "week")[""].rows] == [3, 1]


def test_ten_years(posts):
    decade = Period(date(2016, 11, 1), date(2026, 11, 1))
    results = ask(decade, "month")
    assert [row.published for row in results[""].rows] == [0] * 119 + [6]
    assert results[""].totals == {"published": 6}
    assert [row.comments for row in results["top"].rows] == [50, 9, 4, 2, 2]


def test_the_most_commented_first(posts):
    rows = ask(october(6, 9))["top"].rows
    # Of equals the later one; without comments none.
    assert [(row.title, row.comments) for row in rows] == [
        ("Most", 9),
        ("Second", 4),
        ("Fourth", 2),
        ("Third", 2),
    ]
    assert {row.author for row in rows} == {"Ida"}


def test_categories(posts):
    rows = ask(october(6, 9))["categories"].rows
    assert [(row.category, row.published, row.share) for row in rows] == [
        ("Harbour", 3, 0.6),
        ("Council", 1, 0.2),
        ("Without a category", 1, 0.2),
    ]


@time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
def test_ages():
    # Under a month is from 23 October on; 1 to 3 months from 23 August.
    days = [date(2026, 11, 21), date(2026, 10, 23), date(2026, 10, 22), date(2026, 8, 23)]
    days += [date(2026, 8, 22), date(2026, 5, 24), date(2025, 11, 21), date(2020, 1, 1)]
    for day in days:
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        PostFactory(status="published", published_at=moment)
    rows = ask(october(1, 2))["ages"].rows
    assert [(row.age, row.posts) for row in rows] == [
        ("Under a month", 2),
        ("1 to 3 months", 2),
        ("3 to 6 months", 2),
        ("6 to 12 months", 0),
        ("1 to 2 years", 1),
        ("Over 2 years", 1),
    ]
    assert (rows[0].first, rows[0].last) == (date(2026, 10, 23), date(2026, 11, 21))
    assert rows[-1].first == date(2020, 1, 1)


@time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False)
def test_ages_of_what_is_young():
    PostFactory(status="published", published_at=datetime(2026, 11, 20, tzinfo=UTC))
    rows = ask(october(1, 2))["ages"].rows
    assert [(row.age, row.posts, row.share) for row in rows] == [("Under a month", 1, 1.0)]


def test_nothing():
    results = ask(october(13, 31))
    assert results[""].totals == {"published": 0}
    assert [results[name].rows for name in ("top", "categories", "ages")] == [[], [], []]


def test_numbers_lead_to_as_many_posts(posts, client):
    client.force_login(factories.ed())
    params = {"start": "2026-10-06", "end": "2026-10-09"}
    text = client.get("/admin/reports/content/", params).content.decode()
    addresses = {
        "status=published&amp;published_at_from=2026-10-06&amp;published_at_to=2026-10-06": 2,
        "published_at_from=2026-10-06&amp;published_at_to=2026-10-09": 5,
    }
    for query, count in addresses.items():
        assert f"{query}" in text
        listed = client.get(f"/admin/posts/post/?{query.replace('&amp;', '&')}&status=published")
        assert listed.content.decode().count('name="_selected_action"') == count
