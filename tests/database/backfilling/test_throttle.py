"""When it steps aside, and that it goes on by itself."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from apps.database.backfilling import BackfillPaused, engine, pause, run, throttle, walk
from apps.database.backfilling import signals as looked_for
from apps.database.backfilling.signals import (
    CatchingUp,
    ReplicationLag,
    Vacuum,
    WaitingForTheTable,
    WalRate,
)
from apps.database.backfilling.throttle import Throttle
from apps.database.errors import LockBusy
from apps.database.models import Backfill
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.tables import Numbered, changes, fill, work
from tests.races import PATIENCE_SECONDS, Alongside, eventually

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
TABLE = Numbered._meta.db_table


@pytest.fixture
def signals(filling, small_batches, monkeypatch):
    """The backfill steps aside for these, and looks at them after every batch."""
    monkeypatch.setattr(throttle, "LOOK_SECONDS", 0.0)

    def use(*signals):
        monkeypatch.setattr(engine, "signals", lambda *_: signals)

    return use


def test_it_steps_aside_for_a_replica_that_is_behind(signals, watch):
    lag = ReplicationLag(connection)
    behind = iter([0, 0, 7.2, 6.1, 5.01, 0.5])
    lag.seconds = lambda: next(behind, 0)
    signals(lag)
    fill(Numbered, 300)
    watcher = watch(Watcher())
    states = []
    watcher.steps_aside = lambda statement, reason: states.append(
        Backfill.objects.values_list("state", "note", "rows_done", "rows_per_second").get()
    )

    assert run(work()) == 300

    assert states == [("waiting", "replica 7.2 s behind, limit 5 s", 40, 0)]
    assert next(behind, None) is None
    assert Backfill.objects.values_list("state", "note").get() == ("done", "")


AWAY = """
CREATE TEMP VIEW pg_stat_replication AS
SELECT 'catchup' AS state, pg_current_wal_lsn() - %s::numeric AS replay_lsn
"""


@pytest.mark.parametrize(
    ("behind", "reason"),
    [(2**19, ""), (2**22, "replica catches up, 4 MB behind, limit 1 MB")],
)
def test_and_for_one_that_was_away_and_catches_up(behind, reason, postgres, monkeypatch):
    monkeypatch.setattr(looked_for, "LAG_BYTES", 2**20)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(AWAY, [behind])
        assert CatchingUp(connection)() == reason
        transaction.set_rollback(True)


def test_it_steps_aside_for_so_long_and_says_for_what(signals, monkeypatch):
    """A replica that is gone for good, or a vacuum of hours, may not keep `migrate` for ever."""
    monkeypatch.setattr(walk, "ASIDE_SECONDS", 0.1)
    lag = ReplicationLag(connection)
    behind = iter([0, 0])
    lag.seconds = lambda: next(behind, 7.2)
    signals(lag)
    fill(Numbered, 300)

    with pytest.raises(LockBusy, match=r"replica 7\.2 s behind, limit 5 s") as stopped:
        run(work())

    assert stopped.value.returncode == 3
    assert "run this again" in stopped.value.to_do
    row = Backfill.objects.get()
    assert (row.state, row.rows_done) == ("failed", 40)
    assert "replica 7.2 s behind" in row.note
    signals()
    assert run(work()) == 260


def test_who_pauses_it_while_it_steps_aside_has_the_last_word(signals, watch):
    lag = ReplicationLag(connection)
    behind = iter([0, 7.2, 7.2])
    lag.seconds = lambda: next(behind, 0)
    signals(lag)
    fill(Numbered, 300)
    watcher = watch(Watcher())
    paused = []

    def pause_once(statement, reason):
        if not paused:
            paused.append(Alongside(lambda: pause("scratch.numbered", "hanna")).outcome())

    watcher.steps_aside = pause_once

    with pytest.raises(BackfillPaused, match="paused by hanna"):
        run(work(), patience_seconds=0)
    assert Backfill.objects.values_list("state", "rows_done").get() == ("paused", 20)


def test_it_steps_aside_for_who_waits_for_the_table(signals, postgres, watch):
    """A long reader, an ALTER TABLE that waits for him; whoever comes next would wait for both."""
    signals(WaitingForTheTable(connection, TABLE))
    fill(Numbered, 300)
    reads, may_end, others = threading.Event(), threading.Event(), []

    def reader():
        with transaction.atomic():
            Numbered.objects.first()
            reads.set()
            may_end.wait(PATIENCE_SECONDS)

    def alter():
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = 0; ALTER TABLE {TABLE} ALTER filled DROP DEFAULT")

    def come():
        others.append(Alongside(reader))
        assert reads.wait(PATIENCE_SECONDS)
        others.append(Alongside(alter))
        eventually(WaitingForTheTable(connection, TABLE))

    watcher = watch(Watcher(100, come))
    told = []
    watcher.steps_aside = lambda statement, reason: (told.append(reason), may_end.set())
    assert run(work()) == 300

    assert [one.outcome() for one in others] == [None, None]
    assert len(told) == 1
    assert "waits for ACCESS EXCLUSIVE on scratch_numbered" in told[0]
    assert watcher.results[0][2] == 0, "a batch queued behind it"
    assert changes() == {1: 300}


def test_it_steps_aside_for_vacuum(filling, postgres):
    fill(Numbered, 3_000)
    signal, pid = Vacuum(connection, TABLE), []

    def vacuum():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid.append(cursor.fetchone()[0])
            cursor.execute("SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1")
            with pytest.raises(OperationalError):
                cursor.execute(f"VACUUM {TABLE}")

    assert signal() == ""
    vacuuming = Alongside(vacuum)
    eventually(signal)
    assert signal() == f"pid {pid[0]} vacuums scratch_numbered"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_cancel_backend(%s)", pid)
    assert vacuuming.outcome() is None
    assert signal() == ""


def test_it_steps_aside_when_more_is_written_than_others_can_take(filling, postgres, monkeypatch):
    signal = WalRate(connection)
    assert signal() == ""
    fill(Numbered, 100)
    assert signal() == ""
    monkeypatch.setattr("apps.database.backfilling.signals.WAL_BYTES_PER_SECOND", 1)
    fill(Numbered, 100)
    assert "MB of WAL a second" in signal()


def test_without_a_replica_there_is_no_lag(filling, postgres):
    assert ReplicationLag(connection).seconds() == 0


def test_between_two_looks_nothing_is_asked(monkeypatch):
    asked = []
    throttle = Throttle([lambda: asked.append(1) or "never"])

    assert throttle.reason() == "never"
    assert throttle.reason() == ""
    assert len(asked) == 1


def test_sqlite_has_nobody_to_step_aside_for(filling, sqlite):
    from apps.database.backfilling.signals import signals

    assert signals(connection, TABLE) == []
