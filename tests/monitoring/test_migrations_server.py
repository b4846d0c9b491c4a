"""What the page of migrations reads of PostgreSQL itself: in the eyes of its own role."""

from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from apps.database.builds import PHASES, Build
from apps.database.migrating.sizes import size_of
from apps.database.models import MigrationRun
from apps.monitoring.migrating.server import phases, server
from tests.factories import otto
from tests.races import Alongside, eventually
from tests.sessions import another_session

PAGE = "/admin/reports/migrations/"


def build(phase: str, done: int = 0, total: int = 0) -> Build:
    return Build(1, "posts", "idx", "", phase, done, total, "blocks", None, 1.0)


def test_a_phase_is_done_under_way_or_to_do():
    found = phases(build("index validation: scanning index", 61, 100))
    css = [phase.css for phase in found]
    assert css == ["done"] * 5 + ["now"] + ["todo"] * 3
    assert (found[5].percent, found[5].value) == (61, "61 of 100 blocks")


@pytest.mark.parametrize("name", [name for name, _label, _unit in PHASES])
def test_a_phase_without_a_measure_has_no_percent(name):
    (now,) = [phase for phase in phases(build(name)) if phase.css == "now"]
    assert (now.percent, now.value) == (None, "")


def test_another_kind_of_build_has_the_phase_it_names():
    assert [phase.label for phase in phases(build("initializing"))] == ["Initializing"]
    assert len(phases(build(""))) == 1


@pytest.mark.django_db
def test_on_sqlite_it_is_not_needed(sqlite, client):
    client.force_login(otto())
    page = client.get(PAGE).content.decode()
    assert "not needed on SQLite" in page
    assert "Who waits for whom" not in page


def session(name: str) -> psycopg.Connection:
    return another_session(application_name=name, autocommit=True)


@contextmanager
def under_way(waiting: psycopg.Connection, sql: str, *, until: psycopg.Connection):
    """The statement waits for the transaction of the other, which ends with the block."""
    statement = Alongside(lambda: waiting.execute(sql))
    try:
        yield
    finally:
        until.execute("ROLLBACK")
        statement.outcome()


@pytest.fixture
def left_behind(postgres, transactional_db):
    """An index that could not be built, and a key that nobody has validated."""
    with session("migrate@test") as made:
        made.execute("CREATE TABLE left_behind (number int)")
        made.execute("INSERT INTO left_behind VALUES (1), (1)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            made.execute("CREATE UNIQUE INDEX CONCURRENTLY left_idx ON left_behind (number)")
        made.execute(
            "ALTER TABLE left_behind ADD CONSTRAINT left_check CHECK (number > 1) NOT VALID"
        )
        yield made
        made.execute("DROP TABLE left_behind")


def test_what_was_left_behind_is_named_with_its_remedy(left_behind, client):
    client.force_login(otto())
    page = client.get(PAGE).content.decode()
    assert "1 invalid index, 1 constraint not yet validated" in page
    assert "DROP INDEX CONCURRENTLY left_idx;" in page
    assert "ALTER TABLE left_behind VALIDATE CONSTRAINT left_check;" in page


def test_who_waits_is_named_with_whom_he_waits_for(left_behind, client):
    client.force_login(otto())
    with session("hanna"), session("tomasz") as holder, session("rita") as waiter:
        holder.execute("BEGIN; LOCK TABLE left_behind")
        with under_way(waiter, "SELECT 1 FROM left_behind", until=holder):
            eventually(lambda: server(connection).waits)
            page = client.get(PAGE).content.decode()
    assert 'rita <span class="quiet">pid' in page
    assert "ACCESS SHARE on left_behind" in page
    assert "tomasz, copydesk" in page
    assert "data-moves" in page
    assert "a table is locked" in page


def ran(verb: str, size: int, seconds: float, day: int) -> None:
    statement = {"kind": "online", "verb": verb, "bytes": size, "seconds": seconds}
    MigrationRun.objects.create(
        app="posts",
        name="0009",
        stage="before",
        step=1,
        steps=1,
        pid=1,
        state=MigrationRun.State.DONE,
        started_at=datetime(2026, 11, day, 11, tzinfo=UTC),
        finished_at=datetime(2026, 11, day, 12, tzinfo=UTC),
        statements=[statement],
    )


def test_a_build_is_told_beside_the_last_one_of_its_size(left_behind, client):
    client.force_login(otto())
    size = size_of(connection, "left_behind").bytes
    ran("CREATE INDEX CONCURRENTLY ON", size, 1260, day=3)
    ran("ALTER TABLE VALIDATE CONSTRAINT", size, 99, day=4)
    ran("CREATE INDEX CONCURRENTLY ON", 100 * size, 9_999, day=5)
    with session("hanna") as writer, session("migrate@test") as builder:
        writer.execute("BEGIN; INSERT INTO left_behind VALUES (2)")
        sql = "CREATE INDEX CONCURRENTLY again_idx ON left_behind (number)"
        with under_way(builder, sql, until=writer):
            eventually(lambda: server(connection).builds)
            page = client.get(PAGE).content.decode()
    assert "again_idx on left_behind" in page
    assert "The last build of this size took 21 min, on 3 November 2026." in page


def test_without_the_right_it_names_the_grant(left_behind, client):
    client.force_login(otto())
    left_behind.execute("DROP ROLE IF EXISTS modest")
    left_behind.execute("CREATE ROLE modest; GRANT ALL ON ALL TABLES IN SCHEMA public TO modest")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE modest")
    try:
        page = client.get(PAGE).content.decode()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        left_behind.execute("DROP OWNED BY modest; DROP ROLE modest")
    assert "GRANT pg_read_all_stats TO modest;" in page


def test_a_run_whose_process_is_gone_says_so(postgres, client):
    client.force_login(otto())
    MigrationRun.objects.create(
        app="posts", name="0009", stage="before", step=1, steps=1, host="web-2", pid=1
    )
    assert "Its process is gone" in client.get(PAGE).content.decode()
