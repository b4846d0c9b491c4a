"""Clients read and write a million rows while they migrate, and somebody sits on the table.

Bounds are those of the design, four times as wide, and wider by what the machine itself kept a
client waiting.
"""

import time
from contextlib import ExitStack, suppress
from random import Random
from threading import Event, Thread

import psycopg
import pytest

from tests.database.migrating.project import ended
from tests.database.migrating.steps import COLUMN, INDEX
from tests.races import eventually
from tests.sizes import size
from tests.timing import Pauses

pytestmark = pytest.mark.slow

ROWS = size(10_000, 1_000_000)
CLIENTS = 4
STALL_SECONDS = 4 * 0.35
BUDGET = """
from functools import partial
from apps.database.postgresql import limits
limits.Limits = partial(limits.Limits, budget_seconds=20)
"""
MANY = (
    "INSERT INTO shelf_book (title, pages) SELECT 'Book ' || n, nullif(n % 10, 0)"
    " FROM generate_series(1, {}) AS n;"
    "ANALYZE shelf_book"
)
WRITES = (
    "INSERT INTO shelf_book (title) VALUES ('Another')",
    "UPDATE shelf_book SET pages = 1 WHERE id = %(id)s",
    "SELECT title FROM shelf_book WHERE id = %(id)s",
)


OPERATIONS = {
    "nullable column": COLUMN,
    "column with a default of the database": """
operations = [migrations.AddField("book", "copies", models.PositiveIntegerField(db_default=1))]
""",
    "index": INDEX,
    "partial index": """
operations = [migrations.AddIndex("book", models.Index(
    fields=["pages"], condition=models.Q(pages__gt=0), name="idx_pages"))]
""",
    "unique": """
operations = [migrations.AddConstraint("book", models.UniqueConstraint(
    fields=["title", "id"], name="uniq_title"))]
""",
    "check": """
operations = [migrations.AddConstraint("book", models.CheckConstraint(
    condition=models.Q(pages__gte=0), name="check_pages"))]
""",
    "foreign key": """
operations = [migrations.AddField("book", "part_of", models.ForeignKey(
    "shelf.Book", models.CASCADE, null=True))]
""",
    "widen": """
operations = [migrations.AlterField("book", "title", models.CharField(max_length=200))]
""",
    "null to not null": """
stage = Stage.POST_DEPLOY
operations = [migrations.AlterField("book", "pages", models.IntegerField(default=0, db_default=0))]
""",
}


class Client(Thread):
    """One statement at a time; how long each took."""

    def __init__(self, address: str, number: int, stop: Event):
        super().__init__(daemon=True)
        self.address, self.stop, self.random = address, stop, Random(number)
        self.seconds, self.errors = [], []
        self.start()

    def run(self):
        # As Django's own: a statement that was prepared knows the type that a column had.
        with psycopg.connect(self.address, autocommit=True, prepare_threshold=None) as session:
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
        self.pauses = self.enter_context(Pauses(address))
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
    def stall(self) -> float:
        """The longest that a client waited, in seconds, but for the machine's own pauses."""
        return self.seconds[-1] - self.pauses.longest

    @property
    def errors(self) -> list:
        return [error for client in self.clients for error in client.errors]


@pytest.fixture
def full(postgres, project):
    project.migrate()
    project.execute(MANY.format(ROWS))
    return project


@pytest.fixture
def busy(full):
    full.migration("0002_column", COLUMN)
    return full


def test_no_operation_keeps_clients_waiting_or_fails_their_statements(full):
    stalls = {}
    for number, (name, body) in enumerate(OPERATIONS.items(), 2):
        full.migration(f"{number:04}_change", body)
        with Load(full.address) as load:
            done = ended(full.start("migrate"))
            load.end()
        assert done.code == 0, (name, done)
        assert load.errors == [], name
        stalls[name] = load.stall

    assert max(stalls.values()) <= 4 * 0.25, stalls


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
    assert load.stall <= STALL_SECONDS
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
    assert load.stall <= STALL_SECONDS
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
    assert load.stall <= STALL_SECONDS


def vacuum_until_cancelled(session: psycopg.Connection) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        session.execute("VACUUM shelf_book")
