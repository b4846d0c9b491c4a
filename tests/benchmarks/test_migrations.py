import time
from collections import Counter

import psycopg
import pytest
from django.db import connection

from benchmarks.migrations.__main__ import row
from benchmarks.migrations.load import Load, Seen
from benchmarks.migrations.runs import Ran, in_words, statements
from benchmarks.migrations.steps import COLUMNS
from tests.races import eventually


def seen(stall_ms: int = 20, outage_ms: int = 30, **errors: int) -> Seen:
    return Seen(stall_ms, outage_ms, Counter(errors), 1.0, frozenset())


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (Ran(seen(stall_ms=250)), "pass"),
        (Ran(seen(stall_ms=251)), "MISS"),
        (Ran(seen(outage_ms=301)), "MISS"),
        (Ran(seen(e42703=1)), "MISS"),
        (Ran(seen(), code=2), "MISS"),
        (Ran(seen(), unforeseen=frozenset(["SHARE"])), "MISS"),
    ],
)
def test_a_migration_passes_that_nobody_noticed(ours, said):
    assert row("index", Ran(seen(stall_ms=5_000)), ours)[-1] == said


def test_of_several_steps_the_worst_counts():
    both = seen(stall_ms=100, e42703=1) + seen(stall_ms=20, outage_ms=300, e42703=2)

    assert (both.stall_ms, both.outage_ms, both.errors["e42703"]) == (100, 300, 3)


def test_locks_are_compared_in_the_words_of_sql():
    assert in_words("ShareUpdateExclusiveLock") == "SHARE UPDATE EXCLUSIVE"


def test_clients_name_every_column_as_django_does():
    for sql in statements(COLUMNS).values():
        assert "slug" in sql or sql.startswith("UPDATE")
        assert "note" in sql


WAITS = "SELECT 1 FROM pg_locks WHERE NOT granted"


@pytest.fixture
def address(postgres) -> str:
    settings = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
    )


def test_who_stands_still_behind_a_lock_is_seen_with_what_it_locked(address):
    with psycopg.connect(address, autocommit=True) as locking:
        locking.execute("CREATE TABLE scratch_load (id int, n int)")
        asked = {
            "insert": "INSERT INTO scratch_load VALUES (%(id)s, %(n)s)",
            "update": "UPDATE scratch_load SET n = %(n)s WHERE id = %(id)s",
            "select": "SELECT missing FROM scratch_load",
        }
        try:
            with Load(address, "scratch_load", asked, 10) as load:
                load.begin()
                time.sleep(0.3)
                with locking.transaction():
                    locking.execute("LOCK TABLE scratch_load")
                    eventually(lambda: locking.execute(WAITS).fetchone())
                    time.sleep(0.5)
                found = load.seen()
        finally:
            locking.execute("DROP TABLE scratch_load")
    assert found.stall_ms >= 300
    assert found.outage_ms >= 400
    assert found.errors["42703"] > 0
    assert "AccessExclusiveLock" in found.modes
