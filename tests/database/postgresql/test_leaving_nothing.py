"""What fails is taken back, and the rows that were in the way are named."""

import time
from threading import Event

import psycopg
import pytest
from django.db import DatabaseError, connection, migrations, models
from django.db.models import Q

from apps.database.builds import MEASURES, builds
from apps.database.errors import DataRefused, LockBusy
from apps.database.leftovers import invalid_indexes, unvalidated_constraints
from tests.database.postgresql.shop import Recorder, ask, limit
from tests.races import Alongside, eventually
from tests.sessions import another_session

NAME = migrations.AddIndex("item", models.Index(fields=["name"], name="idx_item_name"))
SNAPSHOT = "SELECT count(*) FROM shop_shelf"

CHECK = models.CheckConstraint(condition=Q(place__gt=0), name="check_item_place")
FOREIGN = models.ForeignKey("shop.Shelf", models.CASCADE, null=True, db_column="place")
REFUSED = {
    "check": (migrations.AddConstraint("item", CHECK), "place = -1", "place = 1"),
    "not null": (
        migrations.AlterField("item", "place", models.BigIntegerField()),
        "place = NULL",
        "place = 1",
    ),
    "foreign key": (
        migrations.AlterField("item", "place", FOREIGN),
        "place = 99",
        "place = 1",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_row_that_does_not_meet_it_is_named_and_nothing_stays(name, shop, session):
    operation, bad, good = REFUSED[name]
    client = session(autocommit=True)
    client.execute(f"UPDATE shop_item SET {bad} WHERE id IN (7, 9)")

    with pytest.raises(DataRefused) as refused:
        shop.migrate(operation)

    assert refused.value.returncode == 4
    assert "id 7; id 9" in str(refused.value)
    assert "DROP CONSTRAINT" not in str(refused.value)
    assert shop.leftovers == []
    # Clients write such rows as before.
    client.execute(f"UPDATE shop_item SET {bad} WHERE id = 8")
    client.execute(f"UPDATE shop_item SET {good} WHERE id IN (7, 8, 9)")
    shop.migrate(operation)
    with pytest.raises(psycopg.IntegrityError):
        client.execute(f"UPDATE shop_item SET {bad} WHERE id = 8")


def test_a_constraint_that_stood_before_is_not_dropped(shop):
    ask("UPDATE shop_item SET place = -1 WHERE id = 7")
    ask("ALTER TABLE shop_item ADD CONSTRAINT check_item_place CHECK (place > 0) NOT VALID")

    with pytest.raises(DataRefused, match="id 7") as refused:
        shop.migrate(REFUSED["check"][0])

    assert "stood there before this run, and refuses new rows too" in refused.value.what
    assert 'ALTER TABLE "shop_item" DROP CONSTRAINT "check_item_place";' in refused.value.to_do
    [constraint] = unvalidated_constraints(connection)
    assert (constraint.name, constraint.table) == ("check_item_place", "shop_item")
    ask("UPDATE shop_item SET place = 1")
    ask(constraint.remedy)
    assert unvalidated_constraints(connection) == []


UNIQUE = {
    "constraint": models.UniqueConstraint(fields=["name"], name="uniq_item_name"),
    "index": models.UniqueConstraint(fields=["name"], condition=Q(place=1), name="uniq_item_name"),
}


@pytest.mark.parametrize("name", UNIQUE)
def test_duplicates_are_named_as_often_as_it_is_tried(name, shop):
    operation = migrations.AddConstraint("item", UNIQUE[name])
    ask("UPDATE shop_item SET name = 'Same' WHERE id IN (3, 30)")

    for _ in range(3):
        with pytest.raises(
            DataRefused, match=r"shop_item: rows do not meet uniq_item_name: id 3, 30\."
        ):
            shop.migrate(operation)
        assert shop.leftovers == []
    ask("UPDATE shop_item SET name = 'Other' WHERE id = 3")
    shop.migrate(operation)

    indexes = ask(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON oid = indrelid"
        " WHERE relname = 'shop_item' AND indisunique AND indisvalid ORDER BY 1"
    )
    assert indexes == [("shop_item_pkey",), ("uniq_item_name",)]


def test_more_rows_than_anyone_would_read_are_not_all_named(shop):
    ask("UPDATE shop_item SET place = -1, name = 'Same'")
    (rows,) = ask("SELECT count(*) FROM shop_item")[0]

    with pytest.raises(DataRefused, match="id 10; and more"):
        shop.migrate(REFUSED["check"][0])
    with pytest.raises(DataRefused, match=rf": id 1, 2, 3, 4, 5 and {rows - 5} more\."):
        shop.migrate(migrations.AddConstraint("item", UNIQUE["constraint"]))


def test_without_space_for_the_build_nothing_stays_and_it_can_run_again(shop):
    ask("INSERT INTO shop_item (name) SELECT 'Item ' || n FROM generate_series(1, 60000) AS n")
    ask("SET maintenance_work_mem = '1MB'")
    ask("SET max_parallel_maintenance_workers = 0")
    ask("SET temp_file_limit = '64kB'")

    with pytest.raises(DatabaseError, match="temporary file size exceeds"):
        shop.migrate(NAME)
    assert shop.leftovers == []
    ask("SET temp_file_limit = -1")
    shop.migrate(NAME)

    assert shop.leftovers == []


def test_timeouts_of_the_session_reach_no_build_and_are_there_afterwards(shop, session):
    """As if set for the role or the database: the build waits longer than both."""
    ask("SET statement_timeout = '50ms'")
    ask("SET lock_timeout = '40ms'")
    reader = session()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute(SNAPSHOT)
    freed = Alongside(lambda: (time.sleep(0.3), reader.rollback()))

    shop.migrate(NAME, migrations.AddConstraint("item", CHECK))
    freed.outcome()

    assert shop.leftovers == []
    now = ask("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
    assert now == [("40ms", "50ms")]


def test_timeouts_are_there_after_a_failure_too(shop):
    ask("SET lock_timeout = '40ms'")
    ask("UPDATE shop_item SET place = -1")

    with pytest.raises(DataRefused):
        shop.migrate(REFUSED["check"][0])

    assert ask("SHOW lock_timeout") == [("40ms",)]


def test_a_build_behind_a_forgotten_snapshot_is_ended_and_names_it(shop, session):
    limit(behind_one_seconds=0.2)
    reader = session()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute(SNAPSHOT)

    with pytest.raises(LockBusy) as stopped:
        shop.migrate(NAME)

    assert shop.leftovers == []
    assert f"pid {reader.info.backend_pid} (till" in str(stopped.value)
    assert SNAPSHOT in str(stopped.value)
    reader.rollback()
    shop.migrate(NAME)
    assert shop.leftovers == []


WATCHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE query LIKE '%pg_blocking_pids%' AND pid <> pg_backend_pid()
"""


@pytest.mark.slow
def test_a_build_is_watched_again_when_its_watcher_lost_its_connection(shop, session):
    limit(behind_one_seconds=1.5)
    reader = session()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute(SNAPSHOT)

    stopped = Event()

    def blind():
        eventually(lambda: shop.told.waited_for)
        with another_session(autocommit=True) as client:
            ended = client.execute(WATCHERS).fetchall()
        stopped.wait(6)
        reader.rollback()
        return ended

    blinded = Alongside(blind)
    with pytest.raises(LockBusy, match=f"pid {reader.info.backend_pid}"):
        shop.migrate(NAME)

    stopped.set()
    assert blinded.outcome() == [(True,)]
    assert shop.leftovers == []


def test_an_index_that_cannot_be_dropped_yet_is_dropped_by_the_next_run(shop, session):
    shop.migrate(NAME)
    limit(behind_one_seconds=0.2)
    reader = session()
    reader.execute("SELECT count(*) FROM shop_item")
    shop.told.statements.clear()

    with pytest.raises(LockBusy, match=f"pid {reader.info.backend_pid}"):
        shop.back()

    # It is not tried a second time behind the same reader.
    assert len(shop.told.statements) == 1
    reader.rollback()
    shop.back()
    assert shop.leftovers == []
    assert ask("SELECT to_regclass('idx_item_name')") == [(None,)]


def test_an_index_that_waits_for_its_constraint_is_named_and_kept(shop, session):
    unique = migrations.AddConstraint("item", UNIQUE["constraint"])
    limit(budget_seconds=0.2)
    reader = session()
    reader.execute("SELECT count(*) FROM shop_item")

    with pytest.raises(LockBusy, match='"uniq_item_name" stands already, new rows must meet it'):
        shop.migrate(unique)

    reader.rollback()
    shop.told.statements.clear()
    shop.migrate(unique)
    assert shop.told.kinds == ["brief"]


def test_how_far_a_build_is_and_whom_it_waits_for_is_told(shop, session):
    reader = session()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute(SNAPSHOT)
    seen = []

    def look():
        eventually(lambda: shop.told.phases and shop.told.waited_for)
        seen.extend(watched())
        reader.rollback()

    def watched():
        with another_session(autocommit=True) as client:
            return client.execute("SELECT phase FROM pg_stat_progress_create_index").fetchall()

    looked = Alongside(look)
    shop.migrate(NAME)

    assert looked.outcome() is None
    assert shop.told.waited_for[0][0].pid == reader.info.backend_pid
    assert {phase for phase, _done, _total in shop.told.phases} <= MEASURES.keys()
    assert seen
    assert builds(connection) == []


@pytest.mark.parametrize("fate", ["alive", "dead"])
def test_an_index_whose_migration_was_killed_is_finished_or_made_anew(fate, shop, session):
    """Its server process may live on, and is waited for; or it is dead, and left a wreck."""
    reader, builder = session(), session(autocommit=True)
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute(SNAPSHOT)
    built = Alongside(
        lambda: builder.execute("CREATE INDEX CONCURRENTLY idx_item_name ON shop_item (name)")
    )
    wreck = eventually(lambda: invalid_indexes(connection))
    assert wreck[0].builder_pid == builder.info.backend_pid
    if fate == "dead":
        ask(f"SELECT pg_terminate_backend({builder.info.backend_pid})")
        assert isinstance(built.outcome(), psycopg.Error)
    first = ask("SELECT 'idx_item_name'::regclass::oid")
    freed = Alongside(lambda: (time.sleep(0.3), reader.rollback()))

    shop.migrate(NAME)

    freed.outcome()
    assert shop.leftovers == []
    again = ask("SELECT 'idx_item_name'::regclass::oid")
    assert (again == first) == (fate == "alive")
    if fate == "alive":
        assert not isinstance(built.outcome(), Exception)
        assert shop.told.statements == []


class WritesBehind(Recorder):
    """A client of the old release writes a row without a value when all had one."""

    def __init__(self, client):
        super().__init__()
        self.client, self.wrote = client, Event()

    def started(self, statement):
        super().started(statement)
        if "IS NOT NULL) NOT VALID" in statement.sql:
            self.client.execute("INSERT INTO shop_item (name) VALUES ('Late')")
            self.wrote.set()


def test_rows_written_between_filling_and_refusing_are_filled_too(shop, session):
    connection.observer = told = WritesBehind(session(autocommit=True))

    shop.migrate(migrations.AlterField("item", "score", models.IntegerField(default=5)))

    assert told.wrote.is_set()
    assert ask("SELECT score FROM shop_item WHERE name = 'Late'") == [(5,)]
    assert ask("SELECT count(*) FROM shop_item WHERE score IS NULL") == [(0,)]


def test_a_foreign_key_that_stays_is_never_gone(shop):
    oid = "SELECT oid FROM pg_constraint WHERE contype = 'f' AND conrelid = 'shop_item'::regclass"
    before = ask(oid)
    shelf = models.ForeignKey("shop.Shelf", models.SET_NULL, null=True, db_default=1)

    shop.migrate(migrations.AlterField("item", "shelf", shelf))

    assert ask(oid) == before
    assert shop.told.kinds == ["brief"]


def test_a_check_of_a_new_column_is_not_scanned_under_the_lock_that_adds_it(shop):
    size = models.PositiveIntegerField(db_default=1)

    shop.migrate(migrations.AddField("item", "size", size))

    added, checked, validated = [statement.sql for statement in shop.told.statements]
    assert "CHECK" not in added
    assert checked.endswith('CHECK ("size" >= 0) NOT VALID')
    assert "VALIDATE CONSTRAINT" in validated
