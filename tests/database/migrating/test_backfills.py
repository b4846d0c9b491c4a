"""Backfills within `migrate`, and finished without it."""

import json
import signal

import pytest

from tests.database.migrating.project import ended
from tests.races import eventually

FILL = """
from apps.database.operations import Backfill
atomic = False
operations = [Backfill("book", {"pages": models.F("id") * 10})]
"""
NOT_NULL = """
stage = Stage.POST_DEPLOY
atomic = False
operations = [migrations.AlterField("book", "pages", models.IntegerField(default=7))]
"""
ADD_BOOKS = "INSERT INTO shelf_book (title) SELECT 'x' FROM generate_series(1, %s)"
FILLED = "SELECT count(*) FROM shelf_book WHERE pages IS NOT NULL"
NULLABLE = "SELECT is_nullable FROM information_schema.columns WHERE column_name = 'pages'"
BOOKS = 30_000


def ask(session, sql: str, *parameters):
    return session.execute(sql, parameters).fetchone()[0]


def backfill(project, *arguments: str):
    return ended(project.start("backfill", *arguments))


# Rows from a third on are changed by nobody who has not got this lock.
STOPPED = """
CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END';
CREATE TRIGGER stop BEFORE UPDATE ON shelf_book FOR EACH ROW WHEN (NEW.id > {})
    EXECUTE FUNCTION stop();
SELECT pg_advisory_lock(7)
"""

# A minute for all of them.
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END';
CREATE TRIGGER slow BEFORE UPDATE ON shelf_book FOR EACH ROW EXECUTE FUNCTION slow()
"""


def killed_while_it_fills(project, session) -> None:
    session.execute(STOPPED.format(BOOKS // 3))
    process = project.start("migrate")
    eventually(lambda: process.poll() is not None or ask(session, FILLED))
    ended(process, signal.SIGKILL)
    session.execute("SELECT pg_advisory_unlock(7)")
    session.execute("DROP FUNCTION stop CASCADE")


def test_a_migration_fills_its_column_and_the_list_names_it(project):
    project.migration(
        "0002_title",
        "operations = [migrations.RunSQL(\"INSERT INTO shelf_book (title) VALUES ('x')\")]",
    )
    project.migration("0003_fill", FILL)

    migrated = project.migrate()
    listed = backfill(project, "list", "--json")

    assert migrated.code == 0, migrated
    [line] = json.loads(listed.out)
    assert line["name"] == "shelf.0003_fill"
    assert (line["column"], line["state"], line["percent"]) == ("shelf_book.pages", "done", 100)


@pytest.mark.slow
def test_one_that_was_killed_is_finished_without_migrate(project, session, postgres):
    session.execute(ADD_BOOKS, [BOOKS])
    project.migration("0002_fill", FILL)
    killed_while_it_fills(project, session)
    at = ask(session, FILLED)

    finished = backfill(project, "run")
    migrated = project.migrate()

    assert 0 < at < BOOKS
    assert finished.code == 0, finished
    assert f"OK, {BOOKS - ask(session, 'SELECT %s::int', at):,} rows changed" in finished.out
    assert ask(session, "SELECT count(*) FROM shelf_book WHERE pages = id * 10") == BOOKS
    assert migrated.code == 0, migrated
    assert "Every backfill is done." in backfill(project, "run").out


@pytest.mark.slow
def test_so_is_that_of_a_column_that_becomes_not_null(project, session, postgres):
    session.execute(ADD_BOOKS, [BOOKS])
    project.migration("0002_pages", NOT_NULL)
    killed_while_it_fills(project, session)
    at = ask(session, FILLED)

    finished = backfill(project, "run", "shelf_book.pages")
    migrated = project.migrate()

    assert 0 < at < BOOKS
    assert finished.code == 0, finished
    assert ask(session, "SELECT count(*) FROM shelf_book WHERE pages = 7") == BOOKS
    assert migrated.code == 0, migrated
    assert ask(session, NULLABLE) == "NO"


@pytest.mark.slow
def test_paused_it_makes_migrate_wait_and_resumed_it_goes_on(project, session, postgres):
    session.execute(ADD_BOOKS, [BOOKS])
    session.execute(SLOW)
    project.migration("0002_fill", FILL)
    process = project.start("migrate")
    eventually(lambda: process.poll() is not None or ask(session, FILLED))
    paused = backfill(project, "pause", "shelf.0002_fill", "--by", "hanna", "--reason", "storm")
    at = ask(session, FILLED)
    refused = backfill(project, "run", "shelf.0002_fill")
    listed = backfill(project, "list")

    assert process.poll() is None
    assert (paused.code, ask(session, FILLED)) == (0, at)
    assert 0 < at < BOOKS
    assert "paused by hanna: storm" in listed.out
    assert "manage.py backfill resume shelf.0002_fill" in listed.out
    assert refused.code == 3
    assert "manage.py backfill resume shelf.0002_fill" in refused.err
    session.execute("DROP FUNCTION slow CASCADE")
    assert backfill(project, "resume", "shelf.0002_fill").code == 0
    migrated = ended(process)
    assert migrated.code == 0, migrated
    assert "steps aside: paused by hanna: storm" in migrated.out
    assert ask(session, FILLED) == BOOKS
