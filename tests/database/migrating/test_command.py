"""`manage.py migrate` from outside: what it prints, what it leaves, how it ends."""

import signal

import pytest

from tests.database.migrating.project import ended
from tests.database.migrating.steps import COLUMN, FAILS, INDEX, RENAME


def test_an_empty_database_is_installed_and_the_second_run_has_nothing_to_do(project):
    first, second = project.migrate(), project.migrate()

    assert first.code == 0, first
    assert "shelf.0001_book (2 of 2) … OK" in first.out
    assert "safe to run again" in first.out
    assert second.code == 0, second
    assert "No migrations to apply" in second.out


def test_it_is_silent_when_asked_to_be(project):
    silent = project.migrate("--verbosity", "0")

    assert (silent.code, silent.out, silent.err) == (0, "", "")


def test_a_failure_is_written_down_and_what_came_before_it_stays(project):
    project.migrate()
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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_in_order(how, project, gate):
    project.migrate()
    project.migration("0002_gate", gate.body)
    process = project.start("migrate")
    gate.wait()

    interrupted = ended(process, how)

    assert interrupted.code == 130, interrupted
    assert "safe to run again" in interrupted.err
    assert "Traceback" not in interrupted.err
    assert project.runs()[-1][:2] == ("0002_gate", "stopped")


def test_nothing_is_executed_when_the_last_of_the_plan_is_refused(postgres, project):
    project.migrate()
    project.fill(10)
    project.migration("0002_column", COLUMN)
    project.migration("0003_index", INDEX)
    project.migration("0004_rename", RENAME)

    refused = project.migrate()

    assert refused.code == 2, refused
    assert "shelf.0004_rename" in refused.err
    assert "Nothing was executed" in refused.err
    assert project.applied() == ["0001_book"]


def test_what_the_settings_allow_with_a_reason_is_not_refused(postgres, project):
    project.migrate()
    project.fill(10)
    project.migration("0002_rename", RENAME)

    assert project.migrate(settings='MIGRATIONS_ALLOWED = {"shelf.0002_rename": ""}').code == 2
    allowed = project.migrate(
        settings='MIGRATIONS_ALLOWED = {"shelf.0002_rename": "Nobody reads."}'
    )
    assert allowed.code == 0, allowed


def test_on_sqlite_the_same_applies(sqlite, project):
    project.migrate()
    project.migration("0002_rename", RENAME)

    assert project.migrate().code == 0
