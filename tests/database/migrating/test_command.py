"""`manage.py migrate` from outside: what it prints, what it leaves, how it ends."""

import re
import signal
from types import SimpleNamespace

import pytest
from django.core.management import CommandError
from django.db import OperationalError

from apps.database.migrating.reaching import reached
from tests.database.migrating.project import Project, ended, line_with
from tests.database.migrating.steps import CHECK, COLUMN, FAILS, INDEX, RENAME


def test_an_empty_database_is_installed_and_the_second_run_has_nothing_to_do(empty_project):
    first, second = empty_project.migrate(), empty_project.migrate()

    assert first.code == 0, first
    assert re.search(r"shelf.0001_book \((\d+) of \1\) … OK", first.out)
    assert "safe to run again" in first.out
    assert second.code == 0, second
    assert "No migrations to apply" in second.out


@pytest.mark.slow
def test_it_is_silent_when_asked_to_be(empty_project):
    silent = empty_project.migrate("--verbosity", "0")

    assert (silent.code, silent.out, silent.err) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["migrate", "backfill list", "backfill pause fill"])
def test_a_database_that_is_away_is_one_sentence(command, tmp_path):
    away = Project(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")

    refused = ended(away.start(*command.split()))

    assert refused.code == 1
    assert refused.err.startswith("CommandError: The database cannot be reached: ")
    assert "Traceback" not in refused.err


def test_so_is_one_that_goes_away_meanwhile():
    gone = SimpleNamespace(connection=SimpleNamespace(closed=True))

    with pytest.raises(CommandError, match="cannot be reached: it is gone\n"), reached(gone):
        raise OperationalError("it is gone")


def test_a_failure_is_written_down_and_what_came_before_it_stays(project):
    project.migration("0002_column", COLUMN)
    project.migration("0003_fails", FAILS)

    failed = project.migrate()

    assert failed.code == 1, failed
    assert "It cannot be done." in failed.err
    assert "safe to run again" in failed.err
    assert project.applied() == ["0001_book", "0002_column"]
    assert project.runs()[1:] == [
        ("0002_column", "done", ""),
        ("0003_fails", "failed", "It cannot be done."),
    ]


@pytest.mark.slow
def test_who_keeps_the_table_to_himself_is_waited_for(postgres, project, session):
    project.fill(10)
    project.migration("0002_column", COLUMN)
    with session.transaction():
        session.execute("LOCK TABLE shelf_book IN ACCESS EXCLUSIVE MODE")
        process = project.start("migrate")
        said = line_with("waits for", process)

    done = ended(process)

    assert f"pid {session.info.backend_pid}" in said
    assert done.code == 0, done


@pytest.mark.parametrize(
    "how", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM]
)
def test_a_run_that_is_interrupted_ends_in_order(how, project, gate):
    project.migration("0002_gate", gate.body)
    process = project.start("migrate")
    gate.wait()

    interrupted = ended(process, how)

    assert interrupted.code == 130, interrupted
    assert "safe to run again" in interrupted.err
    assert "Traceback" not in interrupted.err
    assert project.runs()[-1][:2] == ("0002_gate", "stopped")


@pytest.mark.slow
def test_nothing_is_executed_when_the_last_of_the_plan_is_refused(postgres, project):
    project.fill(10)
    project.migration("0002_column", COLUMN)
    project.migration("0003_index", INDEX)
    project.migration("0004_rename", RENAME)

    refused = project.migrate()

    assert refused.code == 2, refused
    assert "shelf.0004_rename" in refused.err
    assert "Nothing was executed" in refused.err
    assert project.applied() == ["0001_book"]


@pytest.mark.slow
def test_rows_that_do_not_meet_it_are_no_traceback_on_sqlite(sqlite, project):
    project.fill(10)
    project.execute("UPDATE shelf_book SET pages = 0 WHERE id = 7")
    project.migration("0002_check", CHECK)

    refused = project.migrate()

    assert refused.code == 4, refused
    assert "do not meet what is asked of them: CHECK constraint failed" in refused.err
    assert "Traceback" not in refused.err
    assert project.runs()[-1][:2] == ("0002_check", "data_refused")


def test_rows_that_do_not_meet_it_are_named_and_nothing_of_it_is_left(postgres, project):
    project.fill(10)
    project.execute("UPDATE shelf_book SET pages = 0 WHERE id = 7")
    project.migration("0002_check", CHECK)

    refused = project.migrate()

    assert refused.code == 4, refused
    assert "7" in refused.err
    assert "safe to run again" in refused.err
    assert project.runs()[-1][:2] == ("0002_check", "data_refused")
    assert project.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []


@pytest.mark.slow
def test_what_the_settings_allow_with_a_reason_is_not_refused(postgres, project):
    project.fill(10)
    project.migration("0002_rename", RENAME)

    assert project.migrate(settings='MIGRATIONS_ALLOWED = {"shelf.0002_rename": ""}').code == 2
    allowed = project.migrate(
        settings='MIGRATIONS_ALLOWED = {"shelf.0002_rename": "Nobody reads."}'
    )
    assert allowed.code == 0, allowed
