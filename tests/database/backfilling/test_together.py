"""A backfill beside others: another runner, clients that lock rows, a process that is killed."""

import threading
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction

from apps.database.backfilling import alone, pace, pause, resume, run, walk
from apps.database.errors import LockBusy
from apps.database.models import Backfill
from apps.database.postgresql.limits import Limits
from tests import sizes
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.processes import Runner
from tests.database.backfilling.tables import Numbered, Unnumbered, changes, fill, work
from tests.races import PATIENCE_SECONDS, Alongside, at_once, eventually

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
ROWS = sizes.BACKFILL_ROWS


def batch_size() -> int:
    return min(ROWS // 50, pace.LARGEST)


def rows_done() -> int:
    return sum(Backfill.objects.values_list("rows_done", flat=True))


def test_killed_at_a_third_it_goes_on_at_its_checkpoint(filling, postgres, watch):
    fill(Numbered, ROWS)
    with Runner(largest=batch_size()) as runner:
        eventually(lambda: rows_done() >= 0.3 * ROWS)
        runner.kill()
    # The server ends the transaction of the dead client when it notices.
    eventually(lambda: not _is_run())
    at = rows_done()
    watcher = watch(Watcher())

    assert run(work()) == ROWS - at

    assert 0.25 * ROWS <= at < ROWS
    assert changes() == {1: ROWS}
    assert watcher.seen[0][0] == at


def _is_run() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return cursor.fetchone()[0] > 0


@pytest.mark.slow
def test_of_two_runners_one_stands_by_and_takes_over_from_the_killed_one(filling, postgres, watch):
    fill(Numbered, 10_000)
    with Runner(largest=100) as runner:
        eventually(lambda: rows_done() >= 1_000)
        watcher = watch(Watcher())
        stood_by = []
        watcher.steps_aside = lambda statement, reason: stood_by.append(reason) or runner.kill()

        assert 0 < run(work()) <= 9_000

    assert len(stood_by) == 1
    assert "takes over when it ends" in stood_by[0]
    assert changes() == {1: 10_000}


def test_a_runner_that_never_ends_is_not_waited_for_for_ever(filling, postgres, monkeypatch):
    monkeypatch.setattr(alone, "PATIENCE_SECONDS", 0.1)
    fill(Numbered, 3)
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", alone.key("scratch.numbered"))
        pid = other.connection.info.backend_pid

        with pytest.raises(LockBusy, match=f"pid {pid}") as stopped:
            run(work())

    assert f"pg_terminate_backend({pid})" in stopped.value.to_do
    assert run(work()) == 3


def test_nor_is_who_keeps_the_table_to_himself(filling, postgres, monkeypatch):
    monkeypatch.setattr(connection, "limits", Limits(budget_seconds=0.3, look_seconds=0.05))
    fill(Numbered, 3)
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SET statement_timeout = '20s'")
            cursor.execute("LOCK TABLE scratch_numbered IN ACCESS EXCLUSIVE MODE")
            pid = other.connection.info.backend_pid

            with pytest.raises(LockBusy, match=f"held by pid {pid}"):
                run(work())

        other.rollback()
    assert run(work()) == 3


def test_two_at_once_change_each_row_once(filling, small_batches):
    fill(Numbered, 300)

    results = at_once(lambda: run(work()), lambda: run(work()))

    assert sum(results) == 300
    assert changes() == {1: 300}
    row = Backfill.objects.get()
    assert (row.state, row.rows_done) == ("done", 300)


def test_a_deadlock_with_a_client_is_tried_again(filling, postgres, small_batches, watch):
    """He locks rows from the last to the first, which nobody should. It is never he who loses:
    a batch gives up long before PostgreSQL looks for deadlocks.
    """
    fill(Numbered, 300)
    locked, clients = threading.Event(), []

    def client():
        with transaction.atomic():
            Numbered.objects.filter(pk=215).update(filled=5)
            locked.set()
            eventually(_waits_behind_me)
            Numbered.objects.filter(pk=205).update(filled=5)

    def come():
        clients.append(Alongside(client))
        assert locked.wait(PATIENCE_SECONDS)

    watcher = watch(Watcher(200, come))
    changed = run(work())

    assert [one.outcome() for one in clients] == [None]
    assert changed == 298
    assert watcher.results[0][2] > 0
    assert not Numbered.objects.filter(filled=None).exists()


def _waits_behind_me() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted "
            "AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def test_a_row_that_stays_locked_ends_it_after_so_many_attempts(
    filling, postgres, small_batches, watch, monkeypatch
):
    monkeypatch.setattr(walk, "ATTEMPTS", 3)
    fill(Numbered, 300)
    sit, sits = threading.Event(), threading.Event()

    def client():
        with transaction.atomic():
            Numbered.objects.filter(pk=215).update(changes=0)
            sits.set()
            sit.wait(PATIENCE_SECONDS)

    sitting = Alongside(client)
    assert sits.wait(PATIENCE_SECONDS)
    try:
        with pytest.raises(LockBusy, match="failed 3 times in a row") as stopped:
            run(work())
    finally:
        sit.set()
        sitting.outcome()

    assert stopped.value.returncode == 3
    assert changes() == {0: 100, 1: 200}
    assert Backfill.objects.get().state == "failed"
    assert run(work()) == 100
    assert Backfill.objects.get().state == "done"


def test_how_a_connection_was_lost_is_told(filling, postgres, small_batches, watch):
    """And not that its end could not be written down."""
    fill(Numbered, 300)

    def end_session(*_):
        pid = connection.connection.info.backend_pid
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    watcher = watch(Watcher(100, lambda: pause(work().name, "me")))
    watcher.steps_aside = end_session
    with pytest.raises(OperationalError, match="terminating connection"):
        run(work())
    connection.close()
    resume(work().name, "me")

    assert run(work()) == 200


def test_who_writes_beside_it_keeps_what_he_wrote(filling, postgres, small_batches):
    fill(Unnumbered, 100)
    keys = list(Unnumbered.objects.values_list("pk", flat=True))

    def write() -> int:
        for number, key in enumerate(keys, start=100):
            Unnumbered.objects.filter(pk=key).update(filled=number)
            Unnumbered.objects.create(filled=number)
        return 0

    assert [type(result) for result in at_once(lambda: run(work(Unnumbered)), write)] == [int, int]

    written = dict(Unnumbered.objects.values_list("pk", "filled"))
    assert [written[key] for key in keys] == list(range(100, 200))
    assert len(written) == 200
    assert not Unnumbered.objects.filter(filled=None).exists()
