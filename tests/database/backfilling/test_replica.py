"""The lag of a real replica: one that is late, and one that hangs."""

import logging
import os
import shutil
import signal

import psycopg
import pytest

from apps.database.backfilling.signals import ReplicationLag, signals
from tests.conftest import POSTGRES_VERSION
from tests.races import eventually
from tests.stores import Postgres

pytestmark = pytest.mark.slow
DELAY = "recovery_min_apply_delay"


@pytest.fixture
def primary(databases):
    return databases(DB_POOL_SIZE="0").connection


@pytest.fixture
def replica(spare_postgres):
    server = Postgres(POSTGRES_VERSION)
    copy = [spare_postgres.bin / "pg_basebackup", "-h", "127.0.0.1", "-U", "copydesk", "-R"]
    where = ["-p", str(spare_postgres.port), "-D", server.data, "--checkpoint=fast"]
    server._run([*copy, *where])
    server.start()
    yield server
    server.remove()
    shutil.rmtree(server.folder, ignore_errors=True)


def ask(server: Postgres, sql: str):
    address = f"postgresql://copydesk@127.0.0.1:{server.port}/postgres"
    with psycopg.connect(address, autocommit=True) as session:
        found = session.execute(sql)
        return found.fetchone()[0] if found.description else None


def write(primary, megabytes: int = 0) -> None:
    with primary.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS written (what text)")
        cursor.execute(
            "INSERT INTO written SELECT repeat(md5(random()::text), 30) "
            "FROM generate_series(0, %s)",
            [megabytes * 1024],
        )


def test_one_that_is_late_is_waited_for_until_it_has_caught_up(replica, spare_postgres, primary):
    lag = ReplicationLag(primary)
    write(primary)
    eventually(lambda: ask(replica, "SELECT count(*) FROM pg_stat_wal_receiver") == 1)
    assert lag() == ""

    ask(replica, f"ALTER SYSTEM SET {DELAY} = '7s'")
    ask(replica, "SELECT pg_reload_conf()")
    eventually(lag, lambda: write(primary))
    assert "s behind, limit 5 s" in lag()

    ask(replica, f"ALTER SYSTEM RESET {DELAY}")
    ask(replica, "SELECT pg_reload_conf()")
    eventually(lambda: lag() == "", lambda: write(primary))


def test_so_is_one_that_hangs_and_says_nothing(replica, spare_postgres, primary):
    lag = ReplicationLag(primary)
    eventually(lambda: ask(replica, "SELECT count(*) FROM pg_stat_wal_receiver") == 1)
    receiver = ask(replica, "SELECT pid FROM pg_stat_wal_receiver")

    os.kill(receiver, signal.SIGSTOP)
    write(primary, megabytes=40)
    eventually(lag)
    os.kill(receiver, signal.SIGCONT)
    eventually(lambda: lag() == "")


def test_a_role_that_may_not_see_it_is_told(replica, spare_postgres, primary, caplog):
    eventually(lambda: ask(spare_postgres, "SELECT count(*) FROM pg_stat_replication") == 1)
    with primary.cursor() as cursor:
        cursor.execute("CREATE ROLE modest")
        cursor.execute("SET ROLE modest")

    with caplog.at_level(logging.WARNING):
        signals(primary, "written")

    assert "GRANT pg_read_all_stats TO modest" in caplog.text
