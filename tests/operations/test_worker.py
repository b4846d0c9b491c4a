"""The loop: what it does in a turn, and what does not end it."""

import logging
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from apps.backoffice.periodic import Outcome
from apps.operations import actions, running
from apps.operations.models import Schedule
from apps.operations.thread import WorkerThread
from apps.operations.worker import Worker
from apps.users.models import User
from tests.factories import UserFactory
from tests.operations.jobs import HOUR, address_of_tests, once, shift
from tests.operations.processes import ROOT, Process, environment
from tests.races import PATIENCE_SECONDS, Alongside, eventually

pytestmark = pytest.mark.django_db
done = []


@task()
def note(what):
    done.append(what)


@task()
def fail():
    raise ValueError("no")


@pytest.fixture(autouse=True)
def _nothing_done():
    done.clear()


def row(name="count") -> Schedule:
    return Schedule.objects.get(name=name)


def worker(**options) -> Worker:
    return Worker(until_idle=True, **options)


def test_it_runs_what_is_due_and_ends_when_idle(only):
    def sweep():
        yield Outcome("5 swept")
        yield Outcome("8 swept")

    only(count=once, sweep=sweep)
    note.enqueue("a task")
    call_command("worker", "--until-idle")
    assert (row("count").result, row("sweep").result) == ("Done", "8 swept")
    assert done == ["a task"]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_an_idle_turn_looks_twice_and_writes_nothing(only, django_assert_num_queries):
    only(count=once)
    idle = worker()
    idle.run()
    with django_assert_num_queries(2) as queries:  # due jobs · ready tasks
        assert idle.turn() is False
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_a_job_that_fails_is_logged_shown_and_tried_at_the_next_interval(only, caplog):
    def fails():
        yield Outcome("2 done")
        raise ValueError("a post without an author")

    only(fails=fails, count=once)
    worker().run()
    failed = row("fails")
    assert failed.error == "ValueError: a post without an author"
    assert failed.result == "2 done"
    assert failed.next_run - failed.started_at == HOUR
    assert "Job failed" in caplog.text
    assert row("count").result == "Done"


def test_a_task_that_fails_ends_nothing(only):
    only()
    fail.enqueue()
    note.enqueue("after it")
    worker().run()
    assert done == ["after it"]


def test_a_job_that_is_always_due_keeps_no_task_waiting(only):
    def greedy():
        shift("greedy", "every", -HOUR)
        yield Outcome("Again")

    only(greedy=greedy)
    note.enqueue("a task")
    always = worker()
    assert always.turn()
    assert always.turn()
    assert done == ["a task"]


def test_told_to_stop_it_finishes_the_batch_and_leaves_the_rest_to_the_next(only):
    first = worker()
    batches = []

    def long():
        for number in range(len(batches) + 1, 10):
            if number == 3 and first.running:
                first.shutdown(signal.SIGTERM, None)
            batches.append(number)
            yield Outcome(f"{number} batches")

    only(long=long)
    first.run()
    assert batches == [1, 2, 3]
    assert (row("long").result, row("long").holder) == ("3 batches", "")
    worker().run()
    assert batches == list(range(1, 10))


def test_the_second_signal_is_an_order():
    stubborn = worker()
    stubborn.shutdown(signal.SIGTERM, None)
    with pytest.raises(SystemExit) as end:
        stubborn.shutdown(signal.SIGTERM, None)
    assert end.value.code == 128 + signal.SIGTERM


def test_between_batches_the_lease_is_renewed_and_a_lost_one_ends_the_run(only, caplog):
    batches = []

    def long():
        for number in range(9):
            batches.append(number)
            if number == 1:
                # It hung for a minute, and somebody else took the job.
                shift("long", "leased_until", -2 * actions.LEASE)
                assert actions.claim_job("other")
            yield Outcome(f"{number} batches")

    only(long=long)
    running.run_job(actions.claim_job("first"), lambda: True)
    assert batches == [0, 1]
    assert row("long").holder.startswith("other")
    assert "taken over" in caplog.text


def test_a_database_error_is_said_once_and_waited_out(only, monkeypatch, caplog):
    only(count=once)
    patient = Worker(interval=0)
    monkeypatch.setattr(patient, "wait", lambda seconds: None)
    caplog.set_level(logging.INFO)
    with monkeypatch.context() as patch:

        def refuse(holder):
            raise OperationalError("the connection is lost")

        patch.setattr("apps.operations.worker.claim_job", refuse)
        for _ in range(3):
            assert patient.turn()
    assert caplog.text.count("does not answer") == 1
    assert patient.turn()
    assert "answers again" in caplog.text
    assert row().result == "Done"


def test_until_idle_a_database_error_ends_it(only, monkeypatch):
    only(count=once)

    def refuse(holder):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("apps.operations.worker.claim_job", refuse)
    with pytest.raises(OperationalError):
        worker().run()


def test_another_engine_for_tasks_leaves_the_jobs_to_the_worker(only, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    only(count=once)
    other = worker()
    assert not other.runs_tasks
    other.run()
    assert row().result == "Done"


@pytest.mark.django_db(transaction=True)
def test_as_a_thread_it_runs_beside_the_requests_and_stops(only):
    only(count=once)
    thread = WorkerThread()
    thread.start()
    eventually(lambda: row().result == "Done")
    thread.stop()
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_save_gets_its_turn_between_two_batches(sqlite, only):
    user, began, saved = UserFactory(), threading.Event(), threading.Event()
    batches = []

    def endless():
        while True:
            with transaction.atomic():
                batches.append(1)
                began.set()
                time.sleep(0.2)
            yield Outcome("A batch")

    only(endless=endless)
    working = Alongside(
        lambda: running.run_job(actions.claim_job("worker"), lambda: not saved.is_set())
    )
    assert began.wait(PATIENCE_SECONDS)
    before = len(batches)
    try:
        assert User.objects.filter(pk=user.pk).update(region="north") == 1
        # Two on a machine that has time. Without a pause between them SQLite's timeout of 5 s,
        # which is 25 of them, often ended it.
        assert len(batches) - before <= 10
    finally:
        saved.set()
    assert working.outcome() is None


@pytest.mark.parametrize("wanted", ["on", "off"])
def test_the_served_product_has_the_thread_where_it_is_wanted(sqlite, tmp_path, wanted):
    """It stops with the process, and a database without tables does not end it."""
    code = "import threading, config.wsgi\nprint([thread.name for thread in threading.enumerate()])"
    values = environment(f"sqlite:///{tmp_path}/empty.sqlite3") | {"WORKER_THREAD": wanted}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=values, check=True, timeout=PATIENCE_SECONDS, capture_output=True, text=True,
    )  # fmt: skip
    assert ("'worker'" in result.stdout) == (wanted == "on")
    assert ("stopped" in result.stderr) == (wanted == "on")


def test_no_command_starts_the_thread(sqlite):
    code = (
        "import threading, django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check')\n"
        "assert [t.name for t in threading.enumerate()] == ['MainThread']"
    )
    values = environment("sqlite:///:memory:") | {"WORKER_THREAD": "on"}
    subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=values, check=True, timeout=PATIENCE_SECONDS
    )


# In processes of their own

ENOUGH = 0
BATCHES = f"""
periodic._jobs = {{}}
@periodic.job("batches", every=timedelta(hours=1), description="")
def batches():
    import os, time
    from django.db import connection
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*), min(pid) FROM worked")
            done, least = cursor.fetchone()
            if least == {ENOUGH}:
                return
            cursor.execute("INSERT INTO worked (pid) VALUES (%s)", [os.getpid()])
            yield Outcome(f"{{done + 1}} batches")
            time.sleep(0.05)
"""


@pytest.fixture
def worked(transactional_db):
    """A table that jobs of the script above write their process into, until it is enough."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE worked (pid bigint)")

    def pids() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM worked WHERE pid <> %s", [ENOUGH])
            return [pid for (pid,) in cursor.fetchall()]

    yield pids
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE worked")


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_job_it_is_replaced(worked):
    address = address_of_tests()
    with Process(address, jobs=BATCHES) as first, Process(address, jobs=BATCHES) as second:
        eventually(lambda: len(worked()) >= 3)
        # Both have been up for a while, or will be soon: one has the job.
        assert len(set(worked())) == 1
        victim = next(one for one in (first, second) if one.process.pid in worked())
        survivor = second if victim is first else first
        victim.end(signal.SIGKILL)
        shift("batches", "leased_until", -2 * actions.LEASE)
        eventually(lambda: survivor.process.pid in worked())
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO worked (pid) VALUES (%s)", [ENOUGH])
        eventually(lambda: not row("batches").holder)
        pids = [victim.process.pid, survivor.process.pid]
        assert worked() == sorted(worked(), key=pids.index)
        assert row("batches").result == f"{len(worked())} batches"
        code, output = survivor.end()
    assert code == 0
    assert "stopped" in output


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_the_batch_with_exit_code_0(postgres, worked, how):
    with Process(address_of_tests(), jobs=BATCHES) as process:
        eventually(lambda: len(worked()) >= 1)
        code, _ = process.end(how)
    assert code == 0
    assert row("batches").holder == ""
    assert row("batches").result == f"{len(worked())} batches"
    assert row("batches").next_run < row("batches").finished_at


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_is_made_again(postgres):
    def backends() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'copydesk worker'"
            )
            return {pid for (pid,) in cursor.fetchall()}

    with Process(address_of_tests(), "worker", "--interval", "0.05") as process:
        eventually(backends)
        [first] = backends()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
        eventually(lambda: backends() - {first})
        code, _ = process.end()
    assert code == 0


@pytest.mark.slow
@pytest.mark.django_db
def test_a_restart_of_the_database_does_not_end_it(spare_postgres):
    address = f"postgresql://copydesk@127.0.0.1:{spare_postgres.port}/postgres"
    with Process(address, "migrate", "--verbosity", "0") as migration:
        assert migration.wait()[0] == 0
    jobs = """
@periodic.job("tick", every=timedelta(seconds=0.1), description="")
def tick():
    yield Outcome("Ticked")
"""

    def ticks(since=None) -> str:
        sql = "SELECT coalesce(max(finished_at)::text, '') FROM operations_schedule"
        psql = [spare_postgres.bin / "psql", "-AtX", "-d", address, "-c", sql]
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()

    with Process(address, jobs=jobs) as process:
        eventually(ticks)
        for how in (spare_postgres.stop, spare_postgres.kill):
            how()
            spare_postgres.start()
            before = ticks()
            eventually(lambda before=before: ticks() > before)
        code, output = process.end()
    assert code == 0
    assert output.count("does not answer") <= 2
