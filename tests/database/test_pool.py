"""The pool against a real PostgreSQL that is restarted, killed, stopped and exhausted.

Bounds are counts wherever they can be: a clock on a shared machine proves little.
"""

import threading
import time

import pytest
from django.db import OperationalError

from apps.database.postgresql import pool
from apps.database.postgresql.pool import HealingPool
from tests.races import PATIENCE_SECONDS
from tests.sizes import OUTAGE_SECONDS, POOL_SIZES


@pytest.fixture
def failed_checks(monkeypatch) -> list:
    """One item per connection that the pool tried and found dead."""
    failed = []
    check = HealingPool.check_connection

    def counted(connection):
        try:
            check(connection)
        except Exception as error:
            failed.append(error)
            raise

    monkeypatch.setattr(HealingPool, "check_connection", staticmethod(counted))
    return failed


@pytest.mark.parametrize("size", POOL_SIZES)
def test_the_first_request_after_a_restart_tries_one_dead_connection(
    size, databases, failed_checks, spare_postgres
):
    database = databases(DB_POOL_SIZE=str(size))
    database.fill()
    spare_postgres.stop()
    spare_postgres.start()

    answers = [database.ask() for _ in range(12)]

    assert answers == [1] * 12
    assert len(failed_checks) == 1


def test_threads_that_find_dead_connections_together_drain_once(
    databases, failed_checks, spare_postgres
):
    database = databases(DB_POOL_SIZE="4", DB_MAX_OVERFLOW="0")
    database.fill()
    spare_postgres.stop()
    spare_postgres.start()
    start = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    answers = []

    def ask():
        start.wait()
        answers.append(database.ask())

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert answers == [1] * 4
    assert database.pool.filling == 1
    # At most the connection that each of them held.
    assert 1 <= len(failed_checks) <= 4


def test_a_killed_server_is_found_again(databases, spare_postgres):
    database = databases(DB_POOL_SIZE="4")
    database.fill()
    spare_postgres.kill()
    spare_postgres.start()

    assert [database.ask() for _ in range(12)] == [1] * 12


@pytest.mark.parametrize("seconds", OUTAGE_SECONDS)
def test_an_outage_is_refused_in_bounded_time_and_over_at_once(seconds, databases, spare_postgres):
    database = databases(DB_POOL_SIZE="4", DB_POOL_TIMEOUT="1")
    database.fill()
    spare_postgres.stop()
    end = time.monotonic() + seconds
    refusals = []
    while time.monotonic() < end:
        began = time.monotonic()
        with pytest.raises(OperationalError):
            database.ask()
        refusals.append(time.monotonic() - began)
    spare_postgres.start()

    assert answer_within(10, database) == 1
    # psycopg's own timeout is 30 s, and its back-off would by now wait up to 32 s.
    assert max(refusals) < 15


def answer_within(seconds: float, database) -> int:
    """On a busy machine one that is asked for may take longer to make than the pool waits."""
    until = time.monotonic() + seconds
    while True:
        try:
            return database.ask()
        except OperationalError:
            assert time.monotonic() < until


def test_an_exhausted_pool_refuses_in_bounded_time_and_harms_nobody(databases, spare_postgres):
    database = databases(DB_POOL_SIZE="2", DB_MAX_OVERFLOW="0", DB_POOL_TIMEOUT="0.2")
    database.fill()
    held, release, answers = threading.Barrier(3, timeout=PATIENCE_SECONDS), threading.Event(), []

    def hold():
        with database.connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            held.wait()
            release.wait(PATIENCE_SECONDS)
            cursor.execute("SELECT 2")
            answers.append(cursor.fetchone()[0])
        database.connection.close()

    holders = [threading.Thread(target=hold) for _ in range(2)]
    for thread in holders:
        thread.start()
    held.wait()
    refused = []
    for _ in range(4):
        with pytest.raises(OperationalError) as failure:
            database.ask()
        refused.append(type(failure.value.__cause__).__name__)
    release.set()
    for thread in holders:
        thread.join(PATIENCE_SECONDS)

    assert refused == ["PoolTimeout"] * 4
    assert answers == [2, 2]
    assert database.ask() == 1


def test_a_connection_goes_back_with_its_settings_restored(databases):
    database = databases(DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0")
    database.ask("SELECT set_config('statement_timeout', '1', false)")
    database.ask("SELECT set_config('TimeZone', 'Asia/Tokyo', false)")
    database.ask("SELECT set_config('default_transaction_read_only', 'on', false)")
    database.ask("SELECT 1 FROM pg_advisory_lock(7)")

    assert database.ask("SELECT current_setting('statement_timeout')") == "15s"
    assert database.ask("SELECT current_setting('TimeZone')") == "UTC"
    assert database.ask("SELECT current_setting('default_transaction_read_only')") == "off"
    assert database.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_a_connection_left_in_a_transaction_goes_back_clean(databases):
    database = databases(DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0")
    database.connection.set_autocommit(False)
    database.ask("SELECT set_config('lock_timeout', '1', false)")

    assert database.ask("SELECT current_setting('lock_timeout')") == "3s"


@pytest.mark.parametrize(
    ("role", "expected"),
    [("web", "15s 3s 1min"), ("worker", "15s 3s 1min"), ("command", "0 3s 1min")],
)
def test_timeouts_follow_the_role(role, expected, databases):
    database = databases(DB_ROLE=role, DB_POOL_SIZE="0")
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    settings = " || ' ' || ".join(f"current_setting('{name}')" for name in names)

    assert database.ask(f"SELECT {settings}") == expected


def test_the_connection_list_shows_role_and_release(databases):
    database = databases(DB_ROLE="worker", RELEASE="2026-11-20.1")

    assert database.ask("SELECT current_setting('application_name')") == (
        "copydesk worker 2026-11-20.1"
    )


def test_a_command_has_no_pool(databases):
    assert databases(DB_ROLE="command").pool is None


def test_a_worker_keeps_one_connection_and_no_pool(databases):
    database = databases(DB_ROLE="worker", DB_POOL_RECYCLE="900")
    assert database.pool is None
    assert database.connection.settings_dict["CONN_MAX_AGE"] == 900


def test_what_answered_lately_is_only_looked_at(databases, monkeypatch):
    database = databases(DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0")
    checks = []
    check = HealingPool.check_connection
    monkeypatch.setattr(
        HealingPool, "check_connection", staticmethod(lambda one: (checks.append(one), check(one)))
    )

    monkeypatch.setattr(pool, "TRUSTED_SECONDS", 3_600)

    process = database.ask("SELECT pg_backend_pid()")
    asked_of_new_one = len(checks)
    assert database.ask("SELECT pg_backend_pid()") == process
    assert len(checks) == asked_of_new_one

    monkeypatch.setattr(pool, "TRUSTED_SECONDS", 0)
    assert database.ask("SELECT pg_backend_pid()") == process
    assert len(checks) == asked_of_new_one + 1


def test_word_of_its_end_is_seen_in_what_answered_lately(databases, failed_checks, monkeypatch):
    monkeypatch.setattr(pool, "TRUSTED_SECONDS", 3_600)
    database = databases(DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0")
    process = database.ask("SELECT pg_backend_pid()")
    with databases(DB_POOL_SIZE="0").connection.cursor() as cursor:
        # Returns when the process is gone.
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        assert cursor.fetchone() == (True,)

    assert database.ask("SELECT pg_backend_pid()") != process
    assert len(failed_checks) == 1


def test_a_recycled_connection_is_replaced(databases):
    database = databases(DB_POOL_SIZE="1", DB_MAX_OVERFLOW="0", DB_POOL_RECYCLE="1")
    first = database.ask("SELECT pg_backend_pid()")
    with database.pool.connection() as connection:
        connection._expire_at = 0

    assert database.ask("SELECT pg_backend_pid()") != first
