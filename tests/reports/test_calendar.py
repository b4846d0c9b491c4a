"""Days with and without a publication, and missed schedules, against what was counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.posts.actions.schedule import publish_due_posts
from apps.reports.answers import read
from apps.reports.catalogue.calendar import GapRow
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import report_for
from apps.reports.rollups.refresh import refresh
from tests import factories
from tests.factories import PostFactory

pytestmark = pytest.mark.django_db


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of October 2026."""
    return datetime(2026, 10, 1, hour, minute, tzinfo=UTC) + timedelta(days=day - 1)


def october(first: int, last: int) -> Period:
    return Period(at(first).date(), at(last).date() + timedelta(days=1))


def ask(period: Period, granularity: str = "day"):
    for _ in refresh():
        pass
    question = Question(period, granularity)
    return read(report_for("calendar"), question, compare=True, person_id=None)[0]


def published(moment: datetime, **fields):
    return PostFactory(**{"status": "published", "published_at": moment, **fields})


def out_late(due: datetime, out: datetime, **fields) -> AuditEntry:
    post = published(out)
    return AuditEntry.objects.create(
        **{"action": "publish", "source": "schedule", "version": None, **fields},
        at=out,
        object_type="posts.post",
        object_id=post.pk,
        object_label=post.title,
        changes={"publish_at": [due.isoformat(), None]},
    )


@pytest.fixture
def posts():
    """On the 3rd, the 6th, twice on the 9th, and late on the 12th; what does not count beside."""
    published(at(3))
    published(at(6))
    published(at(9))
    published(at(9, 23))
    out_late(at(12, 9), at(12, 12, 5), reason="Published 3 h 5 min late: no worker was running.")
    published(at(7), trashed=True)
    published(at(7), status="archived")
    PostFactory(created_at=at(8))


def figures(rows) -> list[tuple[int, int, int]]:
    return [(row.published, row.empty, row.missed) for row in rows]


def test_figures_by_day(posts):
    result = ask(october(6, 12))[""]
    assert figures(result.rows) == [
        (1, 0, 0), (0, 1, 0), (0, 1, 0), (2, 0, 0), (0, 1, 0), (0, 1, 0), (1, 0, 1),
    ]  # fmt: skip
    assert result.totals == {"published": 4, "empty": 4, "missed": 1}
    # From 29 September to 5 October: nothing is missing before the first publication, on the 3rd.
    assert result.totals_before == {"published": 1, "empty": 2, "missed": 0}


def test_figures_by_week_keep_each_day_for_the_chart(posts):
    rows = ask(october(1, 11), "week")[""].rows
    # Thursday 1 to Sunday 4, then the week of Monday 5.
    assert figures(rows) == [(1, 1, 0), (3, 5, 0)]
    assert [row.each for row in rows] == [(0, 0, 1, 0), (0, 1, 0, 0, 2, 0, 0)]
    assert ask(october(12, 13), "month")[""].rows[0].missed_on == (date(2026, 10, 12),)


def test_missed_ones_and_days_without_lead_to_their_tables(posts, client):
    client.force_login(factories.rory())
    calendar = "/admin/reports/calendar/?start=2026-10-{0:02}&amp;end=2026-10-{0:02}#table-{1}"
    for slug in ("calendar", "pipeline"):
        page = client.get(f"/admin/reports/{slug}/?start=2026-10-06&end=2026-10-12")
        assert f'<a href="{calendar.format(12, "missed")}">1</a>' in page.content.decode()
    page = client.get("/admin/reports/calendar/?start=2026-10-12&end=2026-10-12").content.decode()
    assert 'id="table-missed"' in page
    assert page.count("Published 3 h 5 min late") == 1
    page = client.get("/admin/reports/calendar/?start=2026-10-07&end=2026-10-07").content.decode()
    assert f'<a href="{calendar.format(7, "gaps")}">1</a>' in page
    assert 'id="table-gaps"' in page


def test_gaps_the_longest_first(posts):
    assert ask(october(1, 14))["gaps"].rows == [
        GapRow(date(2026, 10, 13), date(2026, 10, 14), 2),
        GapRow(date(2026, 10, 10), date(2026, 10, 11), 2),
        GapRow(date(2026, 10, 7), date(2026, 10, 8), 2),
        GapRow(date(2026, 10, 4), date(2026, 10, 5), 2),
    ]


def test_a_gap_goes_on_from_before_the_period(posts):
    assert ask(october(8, 8))["gaps"].rows == [GapRow(date(2026, 10, 8), date(2026, 10, 8), 1)]
    assert ask(october(1, 2))["gaps"].rows == []


@time_machine.travel(at(14), tick=False)
def test_today_is_no_gap_yet(posts):
    gaps = ask(october(11, 14))["gaps"].rows
    assert [(gap.first.day, gap.last.day) for gap in gaps] == [(13, 13), (11, 11)]


def test_missed_schedules_say_why(posts):
    by_hand = out_late(at(13, 9), at(13, 9, 10), actor_label="Ed", source="edit")
    # Four minutes are in time.
    out_late(at(13, 9), at(13, 9, 4))
    rows = ask(october(6, 13))["missed"].rows
    assert [(row.id, row.due, row.out, row.late, row.why) for row in rows] == [
        (by_hand.object_id, at(13, 9), at(13, 9, 10), 600, "Published by Ed."),
        (
            rows[1].id,
            at(12, 9),
            at(12, 12, 5),
            3 * 3_600 + 300,
            "Published 3 h 5 min late: no worker was running.",
        ),
    ]


def test_what_still_waits_stands_first(posts):
    now = timezone.now()
    waits = PostFactory(status="scheduled", publish_at=now - timedelta(hours=2))
    PostFactory(status="scheduled", publish_at=now - timedelta(minutes=2))
    PostFactory(status="scheduled", publish_at=now + timedelta(hours=2))
    period = Period(date(2026, 10, 1), timezone.localdate() + timedelta(days=1))
    first, *others = ask(period)["missed"].rows
    assert (first.id, first.out, first.why) == (waits.pk, None, "It still waits.")
    assert first.late == pytest.approx(7_200, abs=60)
    assert len(others) == 1
    publish_due_posts()
    first, *_ = ask(period)["missed"].rows
    assert first.id == waits.pk
    assert first.why == "Published 2 h late: no worker was running."


def test_a_day_begins_at_midnight_here(posts, settings):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 9 October 23:00 in UTC is the 10th in Copenhagen.
    assert figures(ask(october(9, 10))[""].rows) == [(1, 0, 0), (1, 0, 0)]


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        ([at(24, 21, 59), at(25, 23)], [(1, 0, 0), (0, 1, 0), (1, 0, 0)]),
        ([at(24, 22), at(25, 22, 59)], [(0, 0, 0), (2, 0, 0), (0, 1, 0)]),
    ],
)
def test_the_day_the_clocks_change(settings, moments, expected):
    settings.TIME_ZONE = "Europe/Copenhagen"
    # 25 October has 25 hours: 24th 22:00 to 25th 23:00 in UTC.
    for moment in moments:
        published(moment)
    assert figures(ask(october(24, 26))[""].rows) == expected


def test_ten_years(posts):
    decade = Period(date(2016, 11, 1), date(2026, 11, 1))
    results = ask(decade, "month")
    assert len(results[""].rows) == 120
    # October: 31 days from the 3rd on less four with a publication.
    assert figures(results[""].rows[-2:]) == [(0, 0, 0), (5, 25, 1)]
    assert sum(len(row.each) for row in results[""].rows) == 3_652


def test_nothing_was_ever_published():
    results = ask(october(1, 31))
    assert results[""].totals == {"published": 0, "empty": 0, "missed": 0}
    assert results["gaps"].rows == results["missed"].rows == []


def test_the_page(posts, client):
    client.force_login(factories.ed())
    params = {"start": "2026-10-01", "end": "2026-10-14", "granularity": "week"}
    text = client.get("/admin/reports/calendar/", params).content.decode()
    assert "Missed schedules: 1 day." in text
    assert "8 days at zero" not in text
    assert "3 h 5 min late: no worker was running." in text
    # Two weeks are two rows, and fourteen days in the chart.
    assert text.count('<tr><th scope="row" class="tab"><time') == 3
