"""The page of migrations in a browser: in every look, moving by itself, and held by hand."""

import pytest
from django.db import connection
from django.utils import timezone

from apps.database.builds import Build
from apps.database.models import Backfill, MigrationRun
from apps.monitoring.migrating import server
from apps.monitoring.migrating.server import Wait

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = "/admin/reports/migrations/"
SQL = (
    'CREATE INDEX CONCURRENTLY "idx_posts_category_created" ON "posts" ("category_id", '
    '"created_at" DESC, "id" DESC) WHERE "deleted_at" IS NULL'
)


@pytest.fixture
def work(content):
    """A migration at work, a backfill in each state, and what ran before."""
    MigrationRun.objects.all().delete()
    Backfill.objects.all().delete()
    known = {"app": "posts", "stage": "before", "steps": 3, "host": "web-2", "pid": 50102}
    MigrationRun.objects.create(
        **known, name="0015_category_created_idx", step=2, statement=SQL, kind="online", by="tomasz"
    )
    for state in MigrationRun.State.values[1:]:
        MigrationRun.objects.create(
            **known, name=f"0014_{state}", step=1, state=state, finished_at=timezone.now(),
            note="gave up: a report held the table; run again at 09:30",
        )  # fmt: skip
    for number, state in enumerate(Backfill.State.values):
        Backfill.objects.create(
            name=f"posts.00{number}", table="posts", column=f"column_{state}", state=state,
            lowest="1", highest="10214880", cursor="3881654", rows_done=3_881_654,
            rows_expected=10_214_880, rows_per_second=12_400,
            note="replica 7.2 s behind, limit 5 s: goes on by itself" if number == 1 else "",
        )  # fmt: skip


@pytest.fixture
def busy(work, monkeypatch) -> None:
    """A server on which all happens at once that the page has a place for."""
    build = Build(
        50102, "posts", "idx_posts_category_created", "CREATE INDEX CONCURRENTLY",
        "building index: scanning table", 796_410, 1_305_880, "blocks", None, 780.0,
    )  # fmt: skip
    held = ["pid 50102 (migrate@web-2, copydesk), for 780.2 s: CREATE INDEX CONCURRENTLY"]
    waits = Wait("psql", 50388, "VACUUM (ANALYZE) posts", "SHARE on posts", held, "12 s")
    left = [
        server.Leftover("idx_old", server.INDEX, "posts", "", "DROP INDEX CONCURRENTLY idx_old;"),
        server.Leftover(
            "users_key", server.CONSTRAINT, "users",
            "FOREIGN KEY (suspended_by_id) REFERENCES users(id) NOT VALID",
            "ALTER TABLE users VALIDATE CONSTRAINT users_key;",
        ),
    ]  # fmt: skip
    seen = server.Server(
        is_migrating=True, builds=[server.building(connection, build)], waits=[waits],
        leftovers=left, said=server.in_short(left), grant="GRANT pg_read_all_stats TO copydesk;",
    )  # fmt: skip
    monkeypatch.setattr(server, "server", lambda connection: seen)


def test_all_at_once_is_sound_in_every_look(desk, busy, audit):
    assert desk.goto(PAGE).status == 200
    audit(desk)


def test_it_is_sound_in_every_look(desk, work, audit):
    assert desk.goto(PAGE).status == 200
    audit(desk)


def test_it_moves_by_itself_and_stops_when_nothing_runs(desk, work):
    desk.goto(PAGE)
    Backfill.objects.filter(column="column_running").update(cursor="10000000")
    desk.wait_for_selector('progress[aria-label$="column_running"][value="97"]')
    MigrationRun.objects.update(state="done")
    Backfill.objects.update(state="done")
    desk.wait_for_selector("[data-moves]", state="detached")
    assert desk.locator("progress.done").count() == len(Backfill.State.values)


def test_what_is_being_typed_stays(desk, work):
    desk.goto(PAGE)
    desk.fill("#id_reason", "storm ")
    with desk.expect_response("**/migrations/now/"):
        pass
    desk.keyboard.type("coverage")
    assert desk.input_value("#id_reason") == "storm coverage"
    desk.click("#pause-all")
    desk.wait_for_selector(".messagelist .success")
    assert "storm coverage" in desk.inner_text("#content")
    assert Backfill.objects.filter(state="paused").count() == 3


def test_it_works_without_javascript(browser, live_server, desk, work):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(desk.context.cookies())
    page = context.new_page()
    page.goto(PAGE)
    page.click("text=Resume")
    page.wait_for_selector(".messagelist .success")
    assert not Backfill.objects.filter(state="paused").exists()
    context.close()
