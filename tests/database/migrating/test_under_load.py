"""Clients read and write a million rows while a migration meets somebody on the table.

Bounds are those of the design, four times as wide: the machine does other work too.
"""

import time
from contextlib import ExitStack, suppress
from random import Random
from threading import Event, Thread

import psycopg
import pytest

from tests.database.migrating.project import ended
from tests.database.migrating.steps import COLUMN
from tests.operations.processes import eventually
from tests.sizes import size

pytestmark = pytest.mark.slow

ROWS = size(10_000, 1_000_000)
CLIENTS = 4
STALL_SECONDS = 4 * 0.35
BUDGET = """
from dataclasses import replace
from apps.database.postgresql.base import DatabaseWrapper
DatabaseWrapper.limits = replace(DatabaseWrapper.limits, budget_seconds=20)
"""
MANY = (
    "INSERT INTO shelf_book (title) SELECT 'Book ' || n FROM generate_series(1, {}) AS n;"
    "ANALYZE shelf_book"
)
WRITES = (
    "INSERT INTO shelf_book (title) VALUES ('Another')",
    "UPDATE shelf_book SET pages = 1 WHERE id = %(id)s",
    "SELECT title FROM shelf_book WHERE id = %(id)s",
)


class Client(Thread):
    """One statement at a time; how long each took."""

    def __init__(self, address: str, number: int, stop: Event):
        super().__init__(daemon=True)
        self.address, self.stop, self.random = address, stop, Random(number)
        self.seconds, self.errors = [], []
        self.start()

    def run(self):
        with psycopg.connect(self.address, autocommit=True, application_name="client") as session:
            while not self.stop.wait(self.random.uniform(0.01, 0.04)):
                began = time.monotonic()
                try:
                    key = {"id": self.random.randint(1, ROWS)}
                    session.execute(self.random.choice(WRITES), key)
                except psycopg.Error as error:
                    self.errors.append(error)
                self.seconds.append(time.monotonic() - began)


class Load(ExitStack):
    def __init__(self, address: str):
        super().__init__()
        self.stop = Event()
        self.clients = [Client(address, number, self.stop) for number in range(CLIENTS)]
        self.callback(self.end)

    def end(self) -> None:
        self.stop.set()
        for client in self.clients:
            client.join(30)

    @property
    def seconds(self) -> list[float]:
        return sorted(one for client in self.clients for one in client.seconds)

    @property
    def errors(self) -> list:
        return [error for client in self.clients for error in client.errors]


@pytest.fixture
def busy(postgres, project):
    project.migrate()
    project.execute(MANY.format(ROWS))
    project.migration("0002_column", COLUMN)
    return project


def sit(reader: psycopg.Connection) -> int:
    reader.execute("SELECT count(*) FROM (SELECT 1 FROM shelf_book LIMIT 10) AS first")
    return reader.info.backend_pid


def test_behind_a_reader_that_idles_for_ten_seconds_nobody_stands_still(busy):
    with psycopg.connect(busy.address) as reader, Load(busy.address) as load:
        sit(reader)
        process = busy.start("migrate")
        time.sleep(10)
        reader.rollback()
        done = ended(process)
        load.end()

    assert done.code == 0, done
    assert "waits for" in done.out
    assert load.errors == []
    assert load.seconds[-1] <= STALL_SECONDS
    assert load.seconds[int(len(load.seconds) * 0.95)] <= 4 * 0.05


def test_a_reader_that_never_goes_ends_the_run_which_names_it(busy):
    with psycopg.connect(busy.address) as reader, Load(busy.address) as load:
        pid = sit(reader)
        stopped = ended(busy.start("migrate", settings=BUDGET))
        load.end()

    assert stopped.code == 3, stopped
    for part in (f"pid {pid}", "LIMIT 10", " s: ", "pg_terminate_backend", "safe to run again"):
        assert part in stopped.err
    assert load.errors == []
    assert load.seconds[-1] <= STALL_SECONDS
    assert busy.migrate().code == 0


def test_a_vacuum_that_takes_its_time_is_waited_for(busy, session):
    """Somebody's own, which gives way to nobody."""
    busy.execute("UPDATE shelf_book SET pages = 2 WHERE id % 50 = 0")
    session.execute("SET vacuum_cost_delay = 100")
    session.execute("SET vacuum_cost_limit = 1")
    vacuum = Thread(target=vacuum_until_cancelled, args=[session], daemon=True)
    vacuum.start()
    eventually(lambda: busy.execute("SELECT pid FROM pg_stat_progress_vacuum"))

    with Load(busy.address) as load:
        process = busy.start("migrate")
        time.sleep(8)
        busy.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum")
        done = ended(process)
        load.end()

    vacuum.join(60)
    assert done.code == 0, done
    assert "waits for" in done.out
    assert load.errors == []
    assert load.seconds[-1] <= STALL_SECONDS


def vacuum_until_cancelled(session: psycopg.Connection) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        session.execute("VACUUM shelf_book")
