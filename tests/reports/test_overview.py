"""The figures of every day, against those counted by hand, and where they lead."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from apps.reports.answers import read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from apps.reports.rollups.refresh import refresh
from tests import factories
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/overview/"
FOUR_DAYS = {"start": "2026-10-05", "end": "2026-10-08"}


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of October 2026."""
    return datetime(2026, 10, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def october(first: int, last: int) -> Period:
    return Period(at(first).date(), at(last).date() + timedelta(days=1))


def ask(period: Period, granularity: str = "day", *, fresh: bool = True):
    for _ in refresh() if fresh else ():
        pass
    question = Question(period, granularity)
    return read(report_for("overview"), question, compare=True, person_id=None)[0]


@pytest.fixture
def days():
    """5 to 8 October: Ann and Bo write; a visitor comments; three accounts are made."""
    ann, bo = UserFactory(created_at=at(5)), UserFactory(created_at=at(5))
    UserFactory(created_at=at(8))
    UserFactory(created_at=at(8), deleted_at=at(9))
    post = PostFactory(author=ann, created_at=at(5), published_at=at(6), status="published")
    PostFactory(author=ann, created_at=at(6), published_at=at(8), status="archived")
    PostFactory(author=ann, created_at=at(6), published_at=at(8), status="published", trashed=True)
    CommentFactory(post=post, author=ann, author_name="", created_at=at(6))
    CommentFactory(post=post, author=bo, author_name="", created_at=at(6), status="spam")
    CommentFactory(post=post, created_at=at(8, 23))
    CommentFactory(post=post, created_at=at(8), trashed=True)
    # The week before.
    PostFactory(author=bo, created_at=at(-1))


def figures(rows) -> list[tuple]:
    return [(row.published, row.drafted, row.comments, row.signups, row.active) for row in rows]


@pytest.mark.parametrize("fresh", [True, False])
def test_figures_of_a_few_days(days, fresh):
    result = ask(october(5, 8), fresh=fresh)[""]
    assert figures(result.rows) == [
        (0, 1, 0, 2, 1),
        (1, 1, 2, 0, 2),
        (0, 0, 0, 0, 0),
        (0, 0, 1, 1, 0),
    ]
    totals = {"published": 1, "drafted": 2, "comments": 3, "signups": 3, "active": 0.75}
    assert result.totals == totals
    # 28 September to 1 October.
    before = {"published": 0, "drafted": 1, "comments": 0, "signups": 0, "active": 0.25}
    assert result.totals_before == before


def test_figures_by_week_and_month(days):
    # Thursday 1 to Sunday 4, then the seven days from Monday 5: three people-days of writing.
    assert figures(ask(october(1, 11), "week")[""].rows) == [
        (0, 0, 0, 0, 0),
        (1, 2, 3, 3, 3 / 7),
    ]
    assert figures(ask(october(1, 31), "month")[""].rows) == [(1, 2, 3, 3, 3 / 31)]


def test_a_day_begins_at_midnight_here(days, settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 8 October 23:00 in UTC is the 9th in Copenhagen.
    assert [row.comments for row in ask(october(8, 9))[""].rows] == [0, 1]


def test_the_day_the_clocks_change(settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 25 October has 25 hours: 24th 22:00 to 25th 23:00 in UTC.
    for moment in (at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)):
        UserFactory(created_at=moment)
    assert [row.signups for row in ask(october(24, 26))[""].rows] == [1, 2, 1]


def test_one_day_and_ten_years(days):
    assert figures(ask(october(6, 6))[""].rows) == [(1, 1, 2, 0, 2)]
    decade = ask(Period(date(2016, 11, 1), date(2026, 11, 1)), "month")[""]
    assert len(decade.rows) == 120
    assert figures(decade.rows[-1:]) == [(1, 2, 3, 3, 3 / 31)]


def test_nothing():
    results = ask(october(1, 31))
    assert results[""].totals["active"] == 0
    assert results["waiting"].rows == []


def test_what_waits_now(days):
    now = timezone.now()
    PostFactory(status="review", submitted_at=now - timedelta(days=2))
    PostFactory(status="review", submitted_at=now - timedelta(hours=1))
    PostFactory(status="review", submitted_at=now - timedelta(days=9), trashed=True)
    PostFactory(status="scheduled", publish_at=now - timedelta(minutes=6))
    PostFactory(status="scheduled", publish_at=now - timedelta(minutes=1))
    [row] = ask(october(5, 8))["waiting"].rows
    # Of the days: Ann's comment and the visitor's; Bo's is spam, and one is in the trash.
    assert (row.in_review, row.missed, row.pending) == (2, 1, 2)
    assert row.longest == pytest.approx(2 * 86_400, abs=60)


def test_its_cards_have_lines_and_lead_to_their_reports(days, client):
    client.force_login(factories.rory())
    text = client.get(ADDRESS, FOUR_DAYS).content.decode()
    cards = text.partition('class="cards figures"')[2].partition("</div>")[0]
    assert cards.count('<svg class="spark"') == 5
    for slug, figure in (("content", "1"), ("pipeline", "2"), ("people", "3")):
        address = f"/admin/reports/{slug}/?start=2026-10-05&amp;end=2026-10-08"
        assert f'<p class="figure"><a href="{address}">{figure}</a></p>' in cards


def test_cards_lead_only_where_one_may_read(days, client):
    from django.contrib.auth.models import Permission

    person = factories.mallory()
    person.user_permissions.add(Permission.objects.get(codename="view_publishing"))
    client.force_login(person)
    text = client.get(ADDRESS, FOUR_DAYS).content.decode()
    assert "/admin/reports/pipeline/" in text
    assert "/admin/reports/people/" not in text
    assert "/admin/posts/post/" not in text


def test_a_backlog_is_counted_to_ten_thousand():
    from apps.reports.catalogue.overview import CAPPED

    assert (CAPPED.in_words(10_000), CAPPED.in_words(10_001)) == ("10,000", "10,000+")
