"""One run at a time: others wait, and what was killed is found."""

import re
import sqlite3
import time
from contextlib import closing

import psycopg
import pytest
from django.db import connection

from apps.database.errors import LockBusy
from apps.database.migrating import file_lock
from apps.database.migrating.lock import LOCK_NAME, WORK_NAME, MigrationLock, identity, key_of
from apps.database.migrating.orphans import orphans, wait_for_orphans
from tests.database.migrating.project import end_sessions, ended, line_with
from tests.database.migrating.steps import COLUMN, INDEX
from tests.races import PATIENCE_SECONDS

# One would be begun again, and not be seen in how the two end.
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def test_a_second_one_says_whom_it_waits_for_and_finds_nothing_left(project, gate):
    project.migration("0002_gate", gate.body)
    project.migration("0003_column", COLUMN)
    project.migration("0004_index", INDEX)
    first = project.start("migrate")
    gate.wait()
    second = project.start("migrate")

    said = line_with("Waits for", second)
    gate.open()

    assert re.search(rf":{first.pid}\b", said)
    assert "which is migrating this database" in said
    assert [ended(first).code, ended(second).code] == [0, 0]
    assert project.applied() == ["0001_book", "0002_gate", "0003_column", "0004_index"]
    assert [state for _, state, _ in project.runs()[1:]] == ["done", "done", "done"]
    if not project.address.startswith("sqlite"):
        assert project.execute(DEADLOCKS) == [(0,)]


@pytest.mark.slow
def test_who_waited_for_longer_than_a_session_may_idle_goes_on(postgres, project, session, gate):
    session.execute(f"ALTER DATABASE {session.info.dbname} SET idle_session_timeout = '1s'")
    project.migration("0002_gate", gate.body)
    first = project.start("migrate")
    gate.wait()
    second = project.start("migrate")
    line_with("Waits for", second)
    time.sleep(2)
    gate.open()

    assert ended(first).code == 0
    waited = ended(second)
    assert waited.code == 0, waited


@pytest.mark.slow
def test_what_was_killed_runs_again_and_is_written_down(postgres, project, gate):
    project.migration("0002_gate", gate.body)
    killed = project.start("migrate")
    gate.wait()
    killed.kill()
    ended(killed)
    gate.open()

    again = project.migrate()

    assert again.code == 0, again
    assert project.applied() == ["0001_book", "0002_gate"]
    assert [state for _, state, _ in project.runs()[1:]] == ["stopped", "done"]


def test_a_run_that_lost_its_lock_begins_nothing_more(postgres, project, session, gate):
    project.migration("0002_gate", gate.body)
    project.migration("0003_column", COLUMN)
    process = project.start("migrate")
    gate.wait()
    end_sessions(session, LOCK_NAME)
    gate.open()

    lost = ended(process)

    assert lost.code == 3, lost
    assert "lock on migrating was lost" in lost.err
    assert "safe to run again" in lost.err
    assert project.applied() == ["0001_book", "0002_gate"]
    assert project.migrate().code == 0


COUNTS_UP = """
def count_up(apps, editor):
    apps.get_model("shelf", "Book").objects.update(pages=models.F("pages") + 1)
operations = [migrations.RunPython(count_up, migrations.RunPython.noop)]
"""
SQL_COUNTS_UP = """
operations = [PostgresSQL(["UPDATE shelf_book SET pages = pages + 1"],
    ["UPDATE shelf_book SET pages = pages + 10"])]
"""
KILLED_BEFORE_IT_IS_RECORDED = """
import os
from django.db.migrations.recorder import MigrationRecorder
MigrationRecorder.record_applied = MigrationRecorder.record_unapplied = lambda *_: os._exit(9)
"""


@pytest.mark.slow
def test_what_python_does_is_not_done_twice(project):
    project.fill(1)
    project.execute("UPDATE shelf_book SET pages = 1")
    project.migration("0002_count_up", COUNTS_UP)
    assert project.migrate(settings=KILLED_BEFORE_IT_IS_RECORDED).code == 9

    assert project.migrate().code == 0
    assert project.execute("SELECT pages FROM shelf_book") == [(2,)]
    assert project.runs()[-1][1] == "done"


@pytest.mark.slow
def test_nor_is_what_sql_does_in_either_direction(postgres, project):
    project.fill(1)
    project.execute("UPDATE shelf_book SET pages = 1")
    project.migration("0002_count_up", SQL_COUNTS_UP)
    for target, pages, applied in [("0002", 2, 2), ("0001", 12, 1)]:
        killed = project.migrate("shelf", target, settings=KILLED_BEFORE_IT_IS_RECORDED)
        assert killed.code == 9, killed

        assert project.migrate("shelf", target).code == 0
        assert project.execute("SELECT pages FROM shelf_book") == [(pages,)]
        assert len(project.applied()) == applied


@pytest.mark.slow
def test_a_run_whose_session_was_ended_is_written_down(postgres, project, session, gate):
    project.migration("0002_gate", gate.body)
    process = project.start("migrate")
    gate.wait()
    end_sessions(session, WORK_NAME)
    gate.open()

    failed = ended(process)

    assert failed.code == 1, failed
    assert "safe to run again" in failed.err
    assert project.runs()[-1][1] == "failed"


@pytest.fixture
def other(postgres):
    """Another session on the tests' own database."""
    parameters = connection.get_connection_params() | {"application_name": f"{WORK_NAME}other:1"}
    parameters = {k: v for k, v in parameters.items() if k not in ("cursor_factory", "context")}
    with psycopg.connect(**parameters, autocommit=True) as made:
        yield made


def test_who_waits_too_long_gives_up_and_names_the_holder(other):
    other.execute("SELECT pg_advisory_lock(%s)", [key_of(connection.settings_dict["NAME"])])
    said = []

    with pytest.raises(LockBusy) as busy, MigrationLock(connection, said.append, patience=0):
        pass

    assert f"server process {other.info.backend_pid}" in said[0]
    assert busy.value.returncode == 3
    assert busy.value.to_do


@pytest.mark.slow
def test_beside_one_who_writes_for_long_sqlite_knows_json_all_the_same(sqlite, project):
    """The checks that `migrate` begins with would wait for him, and then deny it."""
    project.migration("0002_column", COLUMN)
    with closing(sqlite3.connect(project.address.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        planned = project.migrate("--plan")

    assert planned.code == 0, planned
    assert "0002_column" in planned.out


def test_who_waits_too_long_for_a_file_gives_up_too(sqlite, project, monkeypatch):
    monkeypatch.setattr(file_lock, "PATIENCE_SECONDS", 0)
    file = connection.copy()
    file.settings_dict["NAME"] = project.address.removeprefix("sqlite:///")
    said = []

    first, second = (file_lock.alone(file, said.append) for _ in range(2))
    with first, pytest.raises(LockBusy, match=identity()), second:
        pass
    with file_lock.alone(file, said.append):
        pass

    assert said == [f"Waits for {identity()}, which is migrating this database."]
    assert not list(project.folder.parent.glob("*.migrating"))


def test_the_lock_is_free_again_when_its_session_is_gone(postgres):
    for _ in range(2):
        # The server's process may see a moment later that its client is gone.
        with MigrationLock(connection, print, patience=PATIENCE_SECONDS) as lock:
            lock.confirm()


@pytest.fixture
def autocommitting(postgres):
    """The tests' own connection sees the sessions of the beginning of its transaction."""
    made = connection.copy()
    yield made
    made.close()


def test_an_orphan_is_left_alone_unless_it_may_be_ended(other, autocommitting):
    with pytest.raises(LockBusy, match="--reap"):
        wait_for_orphans(autocommitting, print, may_end=lambda orphan: False, grace=0)

    wait_for_orphans(autocommitting, print, may_end=lambda orphan: True, grace=0)

    assert orphans(autocommitting) == []
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")


def test_a_container_that_is_started_anew_finds_what_its_namesake_left(other, autocommitting):
    other.execute("SELECT set_config('application_name', %s, false)", [WORK_NAME + identity()])

    assert [orphan.pid for orphan in orphans(autocommitting)] == [other.info.backend_pid]


SHOWN = """
def show(apps, editor):
    with editor.connection.cursor() as cursor:
        for name in ("client_connection_check_interval", "idle_session_timeout"):
            cursor.execute(f"SHOW {name}")
            print(cursor.fetchone()[0])
operations = [migrations.RunPython(show, migrations.RunPython.noop)]
"""


@pytest.mark.slow
def test_the_server_looks_for_its_client_while_it_works(postgres, project):
    project.migration("0002_shown", SHOWN)

    assert "5s\n0\n" in project.migrate().out
