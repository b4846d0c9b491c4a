"""The page of migrations: what runs, backfills and who holds them back, history in pages."""

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.database.models import Backfill, MigrationRun
from apps.monitoring.migrating import past
from tests.factories import otto, rory

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/migrations/"
HOLD = f"{PAGE}backfills/"
NOW = datetime.datetime(2026, 11, 18, 10, 24, tzinfo=datetime.UTC)


def made_run(**fields) -> MigrationRun:
    known = {
        "app": "posts", "name": "0005_index", "stage": "before", "step": 2, "steps": 3,
        "host": "web-2", "pid": 50102, "state": "done", "started_at": NOW, "finished_at": NOW,
    }  # fmt: skip
    return MigrationRun.objects.create(**(known | fields))


def made_backfill(**fields) -> Backfill:
    known = {
        "name": "users.0005_fill", "table": "users", "column": "email_verified",
        "lowest": "1", "highest": "1001", "cursor": "381", "rows_done": 380,
        "rows_expected": 1000, "rows_per_second": 62.0,
    }  # fmt: skip
    return Backfill.objects.create(**(known | fields))


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    """The tests' own database was migrated, too."""
    MigrationRun.objects.all().delete()
    Backfill.objects.all().delete()


@pytest.fixture
def operator(client):
    client.force_login(otto())
    return client


def text_of(client, **params) -> str:
    answer = client.get(PAGE, params)
    assert answer.status_code == 200
    return answer.content.decode()


def test_with_nothing_to_show_it_says_so(operator):
    text = text_of(operator)
    assert "No migration runs." in text
    assert "No migration has had rows to fill." in text
    assert "data-moves" not in text


def test_what_runs_is_named_with_its_statement_and_step(operator):
    sql = 'CREATE INDEX CONCURRENTLY "idx" ON "posts" ("id") WHERE "title" <> \'<b>\''
    started = timezone.now() - datetime.timedelta(minutes=13, seconds=5)
    made_run(
        state="running",
        statement=sql,
        kind="online",
        started_at=started,
        finished_at=None,
        by="tomasz",
    )
    text = text_of(operator)
    assert "migrate on web-2, by tomasz" in text
    assert "for 13 min · step 2 of 3, before the deploy" in text
    assert "Online, stops nobody" in text
    assert "&lt;b&gt;" in text
    assert "<b>" not in text.partition('class="sql"')[2].partition("</pre>")[0]
    assert "data-moves" in text


def test_the_part_that_moves_is_the_same_without_the_shell(operator):
    made_backfill()
    part = operator.get(f"{PAGE}now/").content.decode()
    assert "users.email_verified" in part
    assert "<html" not in part


def test_a_backfill_says_how_far_it_is(operator):
    made_backfill()
    text = text_of(operator)
    assert 'value="38" max="100"' in text
    assert "380 of 1,000" in text
    assert "62 rows/s" in text
    assert '<td class="num">10 s</td>' in text


def test_pausing_and_resuming_are_deeds_with_a_reason(operator):
    one, other = made_backfill(), made_backfill(name="posts.0009_fill", table="posts")
    operator.post(HOLD, {"pause": one.pk, "reason": "storm coverage"})
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.state) == ("paused", "running")
    assert one.note.startswith("paused by Otto")
    assert one.note.endswith("storm coverage")
    operator.post(HOLD, {"resume": one.pk})
    one.refresh_from_db()
    assert one.state == "waiting"
    assert one.note.startswith("resumed by Otto")
    entries = AuditEntry.objects.order_by("id")
    said = [
        (entry.action, entry.object_label, entry.reason, entry.actor_label) for entry in entries
    ]
    assert said == [
        ("pause", one.name, "storm coverage", "Otto"),
        ("resume", one.name, "", "Otto"),
    ]


def test_pause_all_leaves_what_is_over(operator):
    states = ["running", "waiting", "paused", "failed", "done"]
    for state in states:
        made_backfill(name=state, state=state)
    operator.post(HOLD, {"pause_all": "1"})
    now = dict(Backfill.objects.values_list("name", "state"))
    assert now == dict(zip(states, ["paused", "paused", "paused", "failed", "done"], strict=True))
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "²", "9" * 30, "-1"])
def test_a_made_up_key_pauses_nothing(operator, key):
    made_backfill()
    assert operator.post(HOLD, {"pause": key}).status_code == 302
    assert Backfill.objects.get().state == "running"


def test_who_may_not_read_the_page_holds_nothing_back(client):
    backfill = made_backfill()
    client.force_login(rory())
    assert client.post(HOLD, {"pause": backfill.pk}).status_code == 403
    backfill.refresh_from_db()
    assert backfill.state == "running"


def test_history_comes_in_pages_by_key(operator):
    runs = [made_run(name=f"m{number:03}") for number in range(past.PAGE + 2)]
    text = text_of(operator)
    assert "posts.m051" in text
    assert "posts.m001" not in text
    older = runs[2].pk
    assert f'href="?before={older}"' in text
    text = text_of(operator, before=older)
    assert ("posts.m001" in text, "posts.m002" in text) == (True, False)
    assert "Newest" in text


@pytest.mark.parametrize("before", ["0", "x", "9" * 40, "²"])
def test_a_made_up_page_shows_the_first(operator, before):
    made_run()
    assert "posts.0005_index" in text_of(operator, before=before)


def test_each_end_of_a_run_has_its_word(operator):
    for state in MigrationRun.State:
        made_run(state=state, longest_wait_ms=1234, note=f"why {state}")
    text = text_of(operator)
    for state in MigrationRun.State:
        assert f">{state.label}</span>" in text
        assert f"why {state.value}" in text
    assert "1,234 ms" in text


def test_it_costs_the_same_for_one_row_and_for_many(operator, django_assert_num_queries):
    made_run(), made_backfill()
    text_of(operator)
    # The session; what runs; backfills under way, and over; a page of history. Of PostgreSQL:
    # two kinds of leftovers in a transaction of their own (three more), who migrates, builds, who
    # waits, the right to see others.
    count = 5 if connection.vendor == "sqlite" else 14
    with django_assert_num_queries(count):
        text_of(operator)
    for number in range(20):
        made_run(name=str(number))
        made_backfill(name=str(number))
    with django_assert_num_queries(count):
        text_of(operator)


def test_the_index_and_the_sidebar_lead_to_it(operator):
    index = operator.get("/admin/reports/").content.decode()
    assert f'<a class="rowlink" href="{PAGE}">Migrations</a>' in index
    assert f'<a href="{PAGE}" aria-current="page">Migrations</a>' in text_of(operator)
