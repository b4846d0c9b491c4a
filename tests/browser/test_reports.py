"""Reports in a browser: in every look, on paper, without scripts, and by hand."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.activity.models import AuditEntry
from apps.posts.models import Comment, Post
from apps.reports.rollups.refresh import refresh
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PendingEditFactory,
    PostFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _read_from_the_tables(monkeypatch) -> None:
    """Nobody has refreshed the totals of what a test makes."""
    monkeypatch.setattr("apps.reports.rollups.reading.LIVE_DAYS", 100_000)


MARCH = "start=2026-03-02&end=2026-03-29&compare=1"
CONTENT = f"/admin/reports/content/?{MARCH}"
PEOPLE = f"/admin/reports/people/?{MARCH}"
PUBLISHING = [f"/admin/reports/{slug}/?{MARCH}" for slug in ("overview", "pipeline", "calendar")]
WRITERS = [
    "/admin/reports/author/",
    "/admin/reports/top-authors/?region=North",
    *(
        f"/admin/reports/{slug}/?{MARCH}"
        for slug in ("engagement", "comments", "moderation", "staff", "edits")
    ),
    "/admin/reports/retention/?start=2026-03-02&end=2026-03-29",
]


@pytest.fixture
def march(content):
    """Something on each day of March 2026 and of the weeks before."""
    harbour = CategoryFactory(name="Harbour and roads", slug="harbour-roads")
    for day in range(60):
        moment = datetime(2026, 2, 1, 12, tzinfo=UTC) + timedelta(days=day)
        author = UserFactory(created_at=moment, region="North")
        for number in range(1 + day % 3):
            PostFactory(
                title="Harbour dredging moves to February, and what the council says of it" * 2,
                author=author,
                category=harbour,
                created_at=moment,
                published_at=moment,
                status="published",
                comment_count=day * number,
            )


@pytest.fixture
def work(march):
    """A comment, an entry and a kept edit for each post of March."""
    for number, post in enumerate(Post.objects.published()):
        author, moment = post.author, post.created_at
        status = Comment.Status.values[number % 4]
        CommentFactory(
            post=post, author=author, author_name="", status=status, created_at=moment,
            moderated_at=moment + timedelta(hours=number) if number % 4 else None,
        )  # fmt: skip
        PendingEditFactory(user=author, object_id=post.pk, created_at=moment)
        AuditEntry.objects.create(
            actor_id=author.pk, at=moment, action="change", object_type="posts.post",
            object_id=post.pk, object_label=post.title, source="edit",
        )  # fmt: skip
    for _ in refresh():
        pass


@pytest.mark.parametrize(
    "address",
    [
        CONTENT,
        PEOPLE,
        *PUBLISHING,
        pytest.param(f"{PEOPLE}&granularity=week&region=North", marks=pytest.mark.slow),
        pytest.param(
            "/admin/reports/people/?start=2001-01-01&end=2001-01-28", marks=pytest.mark.slow
        ),
    ],
)
def test_a_report_is_sound_in_every_look(desk, march, audit, address):
    assert desk.goto(address).status == 200
    audit(desk)


@pytest.mark.parametrize("address", WRITERS)
def test_a_report_on_people_at_work_is_sound_in_every_look(desk, march, work, audit, address):
    assert desk.goto(address).status == 200
    audit(desk)


def test_a_report_that_cannot_be_is_sound_in_every_look(desk, march, audit):
    answer = desk.goto("/admin/reports/people/?start=2026-02-30&colour=red")
    assert answer.status == 400
    audit(desk)


def test_on_paper_there_are_numbers_and_no_controls(desk, march):
    desk.goto(CONTENT)
    desk.emulate_media(media="print")
    assert not desk.is_visible(".controls")
    assert not desk.is_visible(".downloads")
    assert desk.is_visible("table.data")
    assert desk.is_visible(".plot")


def test_period_filter_and_comparison_are_chosen_by_hand(desk, march):
    desk.goto("/admin/reports/people/")
    desk.fill("#id_start", "2026-03-02")
    desk.fill("#id_end", "2026-03-29")
    desk.select_option("#id_granularity", "week")
    desk.select_option("#id_region", "North")
    desk.check("input[name=compare]")
    desk.click("button:has-text('Show')")
    assert desk.locator("table.data").first.locator("tbody tr").count() == 4
    assert "before: 28" in desk.inner_text(".figures")
    desk.click("text=7 days")
    assert "region=North" in desk.url
    assert "compare=1" in desk.url


def test_refresh_now_reads_anew_and_stays_here(desk, march):
    desk.goto(PEOPLE)
    assert desk.inner_text(".figure >> nth=0") == "28"
    UserFactory(created_at=datetime(2026, 3, 10, tzinfo=UTC))
    desk.reload()
    assert desk.inner_text(".figure >> nth=0") == "28"
    desk.click("text=Refresh now")
    assert desk.inner_text(".figure >> nth=0") == "29"
    assert MARCH in desk.url


def test_a_number_opens_its_list(desk, march):
    desk.goto(CONTENT)
    number = desk.locator("table.data").first.locator("tbody tr").first.locator("td a").first
    shown = number.inner_text()
    number.click()
    assert desk.locator("#result_list tbody tr").count() == int(shown)


def test_a_download_has_the_rows(desk, march):
    desk.goto(PEOPLE)
    with desk.expect_download() as waiting:
        desk.click(".downloads a:has-text('CSV') >> nth=0")
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert len(list(csv.reader(lines))) == 1 + 28


def test_it_works_without_scripts(browser, live_server, desk, march):
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=False,
        storage_state=desk.context.storage_state(),
    )
    page = context.new_page()
    page.goto("/admin/reports/people/")
    page.fill("#id_start", "2026-03-02")
    page.fill("#id_end", "2026-03-29")
    page.click("button:has-text('Show')")
    assert page.inner_text(".figure >> nth=0") == "28"
    assert page.locator(".plot").count() == 2
    page.click("text=Refresh now")
    assert page.inner_text(".figure >> nth=0") == "28"
    context.close()
