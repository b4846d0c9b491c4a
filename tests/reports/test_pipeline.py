"""Posts from draft to archive, against figures counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.posts.actions.schedule import publish_due_posts
from apps.reports.answers import read
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from apps.reports.rollups.refresh import refresh
from tests import factories
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db
HOUR = 3_600
NAMES = ("drafted", "submitted", "scheduled", "published", "archived", "missed")


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of October 2026."""
    return datetime(2026, 10, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def october(first: int, last: int) -> Period:
    return Period(at(first).date(), at(last).date() + timedelta(days=1))


def ask(period: Period, granularity: str = "day", *, fresh: bool = True):
    for _ in refresh() if fresh else ():
        pass
    question = Question(period, granularity)
    return read(report_for("pipeline"), question, compare=True, person_id=None)[0][""]


def step(post, action: str, moment: datetime, **changes) -> None:
    AuditEntry.objects.create(
        at=moment,
        action=action,
        object_type="posts.post",
        object_id=post.pk,
        object_label=post.title,
        version=1 if action == "create" else None,
        changes=changes,
        source="edit",
    )


def published(created: datetime, out: datetime, due: datetime | None = None, **fields):
    """With its entries: made, and published for the first time."""
    fields = {"status": "published", **fields}
    post = PostFactory(created_at=created, published_at=out, **fields)
    changes = {"first_published_at": [None, out.isoformat()]}
    if due:
        changes["publish_at"] = [due.isoformat(), None]
    step(post, "create", created)
    step(post, "publish", out, **changes)
    return post


@pytest.fixture
def posts():
    """What happened from the 5th to the 8th of October, and a post of the week before."""
    PostFactory(status="review", created_at=at(5), submitted_at=at(6))
    # Two days, and an hour late; it was scheduled and then moved.
    late = published(at(5), at(7), due=at(7, 11))
    step(late, "schedule", at(6))
    step(late, "schedule", at(6, 13))
    # A day to the minute; archived on the 8th, so it is not published.
    gone = published(at(6, 23), at(7, 23), status="archived")
    step(gone, "archive", at(8))
    # Four minutes are in time.
    published(at(8, 11), at(8, 12), due=at(8, 11, 56))
    # In the trash: neither made nor published, but its steps have been taken.
    PostFactory(status="published", created_at=at(6), published_at=at(7), trashed=True)
    published(at(-1), at(0))


def figures(rows) -> list[tuple]:
    return [tuple(getattr(row, name) for name in NAMES) for row in rows]


EXPECTED = [
    (2, 0, 0, 0, 0, 0),
    (1, 1, 2, 0, 0, 0),
    (0, 0, 0, 1, 0, 1),
    (1, 0, 0, 1, 1, 0),
]


@pytest.mark.parametrize("fresh", [True, False])
def test_figures_of_a_few_days(posts, fresh):
    result = ask(october(5, 8), fresh=fresh)
    assert figures(result.rows) == EXPECTED
    assert [result.totals[name] for name in NAMES] == [4, 1, 2, 2, 1, 1]
    # 28 September to 1 October: made on the 29th, out on the 30th.
    assert [row.published for row in result.rows_before] == [0, 0, 1, 0]
    assert result.totals_before["drafted"] == 1


def test_how_long_half_of_them_took(posts):
    result = ask(october(5, 8))
    # The 7th: one in the bucket from 24 h to 36 h and one from 48 h to 72 h; half of two end with
    # the first. The 8th: one from 1 h to 1.5 h, in its middle.
    assert [row.to_publish for row in result.rows] == [None, None, 36 * HOUR, 1.25 * HOUR]
    # Of all three the middle one is the middle of 24 h to 36 h.
    assert result.totals["to_publish"] == 30 * HOUR


def test_figures_by_week_and_month(posts):
    # Thursday 1 to Sunday 4, then the week of Monday 5.
    week = ask(october(1, 11), "week").rows
    assert figures(week) == [(0,) * 6, (4, 1, 2, 2, 1, 1)]
    assert week[1].to_publish == 30 * HOUR
    [month] = ask(october(1, 31), "month").rows
    assert figures([month]) == [(4, 1, 2, 2, 1, 1)]


def test_a_day_begins_at_midnight_here(posts, settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # One was made on the 6th at 23:00 in UTC and came out a day later: the 7th and 8th here.
    rows = ask(october(6, 8)).rows
    assert [row.drafted for row in rows] == [0, 1, 1]
    assert [row.to_publish for row in rows[:2]] == [None, 60 * HOUR]


def test_the_day_the_clocks_change(settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 25 October has 25 hours: 24th 22:00 to 25th 23:00 in UTC.
    for moment in (at(24, 21, 59), at(24, 22), at(25, 22, 59), at(25, 23)):
        published(moment, moment, due=moment - timedelta(minutes=6))
    rows = ask(october(24, 26)).rows
    assert [(row.drafted, row.published, row.missed) for row in rows] == [
        (1, 1, 1),
        (2, 2, 2),
        (1, 1, 1),
    ]


def test_one_day(posts):
    assert figures(ask(october(7, 7)).rows) == [EXPECTED[2]]


def test_ten_years(posts):
    decade = Period(date(2016, 11, 1), date(2026, 11, 1))
    result = ask(decade, "month")
    assert len(result.rows) == 120
    assert figures(result.rows[-2:]) == [(1, 0, 0, 1, 0, 0), (4, 1, 2, 2, 1, 1)]
    assert len(ask(decade).rows) == 3_652


def test_nothing(posts):
    result = ask(october(20, 31))
    assert figures(result.rows) == [(0,) * 6] * 12
    assert result.totals["to_publish"] is None


def test_what_the_worker_publishes_late_is_missed():
    now = timezone.now()
    for minutes in (180, 1):
        PostFactory(status="scheduled", publish_at=now - timedelta(minutes=minutes))
    publish_due_posts()
    [row] = ask(Period.ending(timezone.localdate(), 1)).rows
    assert (row.published, row.missed) == (2, 1)


def test_what_an_editor_publishes_late_is_missed():
    from apps.posts.actions import publish_post

    post = PostFactory(status="scheduled", publish_at=timezone.now() - timedelta(hours=3))
    publish_post(post, by=factories.ed())
    [row] = ask(Period.ending(timezone.localdate(), 1)).rows
    assert (row.published, row.missed) == (1, 1)


def test_numbers_lead_to_as_many_posts(posts, client):
    client.force_login(factories.ed())
    params = {"start": "2026-10-05", "end": "2026-10-08"}
    text = client.get("/admin/reports/pipeline/", params).content.decode()
    for query, count in {
        "?created_at_from=2026-10-05&created_at_to=2026-10-05": 2,
        "?status=published&published_at_from=2026-10-07&published_at_to=2026-10-07": 1,
        "?status=published&published_at_from=2026-10-05&published_at_to=2026-10-08": 2,
    }.items():
        assert f'href="/admin/posts/post/{query.replace("&", "&amp;")}"' in text
        listed = client.get(f"/admin/posts/post/{query}").content.decode()
        assert listed.count('name="_selected_action"') == count


def test_medians_are_shown_as_about(posts, client):
    client.force_login(factories.rory())
    params = {"start": "2026-10-05", "end": "2026-10-08"}
    text = client.get("/admin/reports/pipeline/", params).content.decode()
    assert '<td class="num strong">about 1.5 d</td>' in text
