"""A column of half a million NULLs becomes NOT NULL beside clients who read and write.

In a file of its own, for it takes minutes. The bounds in seconds are those of the acceptance
list, times four, and wider by what the machine itself kept a client waiting.
"""

import random
import time
from threading import Event

import pytest
from django.db import migrations, models

from tests.database.postgresql.shop import ask
from tests.races import Alongside
from tests.sessions import address
from tests.timing import Pauses

pytestmark = pytest.mark.slow
TOLERANCE = 4
ROWS = 1_000_000
NULLS = 500_000
FILLED = """
INSERT INTO shop_item (name, score)
SELECT 'Item', nullif(n % 2, 0) FROM generate_series(1, {}) AS n
"""
READ = "SELECT name FROM shop_item WHERE id = %(id)s"
WRITE = "UPDATE shop_item SET name = 'Changed', score = coalesce(score, 3) WHERE id = %(id)s"
INSERT = "INSERT INTO shop_item (name, score) VALUES ('New', 4)"
CHECKS = (
    "SELECT conname FROM pg_constraint WHERE conrelid = 'shop_item'::regclass AND contype = 'c'"
)
NULLABLE = """
SELECT NOT attnotnull FROM pg_attribute
WHERE attrelid = 'shop_item'::regclass AND attname = 'score'
"""
EMPTY = "SELECT count(*) FROM shop_item WHERE score IS NULL"


def client(session, stop: Event):
    """What each of its statements took, in seconds; a failed one ends it."""

    def work() -> list[float]:
        chance, took = random.Random(), []
        while not stop.wait(chance.uniform(0.01, 0.04)):
            [sql] = chance.choices([READ, WRITE, INSERT], [4, 3, 3])
            begun = time.perf_counter()
            session.execute(sql, {"id": chance.randrange(1, ROWS)})
            took.append(time.perf_counter() - begun)
        return took

    return work


def test_nobody_is_kept_waiting(shop, session):
    ask(FILLED.format(ROWS))
    ask("ANALYZE shop_item")
    assert ask(EMPTY)[0][0] >= NULLS
    stop = Event()
    clients = [Alongside(client(session(autocommit=True), stop)) for _ in range(4)]

    with Pauses(address()) as pauses:
        begun = time.perf_counter()
        shop.migrate(migrations.AlterField("item", "score", models.IntegerField(default=0)))
        seconds = time.perf_counter() - begun
    stop.set()
    took = [one for each in clients for one in each.outcome()]

    assert ask(NULLABLE) == [(False,)]
    assert ask(CHECKS) == []
    assert ask(EMPTY) == [(0,)]
    assert max(took) - pauses.longest < TOLERANCE * 0.15, sorted(took)[-5:]
    assert seconds < TOLERANCE * 60
