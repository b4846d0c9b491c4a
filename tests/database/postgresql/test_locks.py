"""Somebody sits on the table: nobody queues behind the migration, and it ends in bounded time."""

import itertools
import time
from dataclasses import replace
from functools import partial
from threading import Event

import psycopg
import pytest
from django.db import connection, migrations, models

from apps.database.errors import DataRefused, LockBusy, MigrationStopped
from apps.database.locks import HolderKind, blockers_of, holders_of, missing_grant, waiters
from apps.database.migrating.sizes import size_of
from apps.database.migrating.verify import Verification
from apps.database.observer import Kind, Statement
from apps.database.operations import AlterFieldType, ExpandRename, PostgresSQL
from apps.database.postgresql import lookout
from tests.database.postgresql.shop import ROWS, ask, limit
from tests.races import Alongside, eventually

NOTE = migrations.AddField("item", "note", models.TextField(null=True))
READ = "SELECT count(*) FROM shop_item"


def columns() -> set[str]:
    names = "SELECT attname FROM pg_attribute WHERE attrelid = 'shop_item'::regclass AND attnum > 0"
    return {name for (name,) in ask(names)}


def sit(reader: psycopg.Connection, sql: str = READ) -> int:
    """In a transaction that it does not end; its pid."""
    reader.execute(sql)
    return reader.info.backend_pid


def test_an_idle_reader_is_waited_for_outside_of_the_queue(shop, session):
    reader, client = session(), session(autocommit=True)
    sitting = sit(reader)
    client.execute("SET lock_timeout = '10ms'")

    def serve():
        """Others read and write all the while, and none of them waits."""
        eventually(lambda: shop.told.waited_for)
        for number in range(40):
            client.execute(READ)
            client.execute("UPDATE shop_item SET score = 1 WHERE id = %s", [number])
        assert client.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,)
        reader.rollback()

    served = Alongside(serve)
    shop.migrate(NOTE)

    assert served.outcome() is None
    assert "note" in columns()
    assert {one.pid for holders in shop.told.waited_for for one in holders} == {sitting}
    [(_statement, _seconds, _wait_ms, retries)] = shop.told.ends
    assert retries == 0


BY_HAND = "ALTER TABLE shop_item ADD COLUMN note text"


@pytest.mark.parametrize("operation", [migrations.RunSQL(BY_HAND), PostgresSQL([BY_HAND])])
def test_sql_by_hand_waits_outside_of_the_queue_too(operation, shop, session):
    reader = session()
    sitting = sit(reader)
    left = Alongside(lambda: (eventually(lambda: shop.told.waited_for), reader.rollback()))

    shop.migrate(operation)
    left.outcome()

    assert {one.pid for holders in shop.told.waited_for for one in holders} == {sitting}
    [(_statement, _seconds, _wait_ms, retries)] = shop.told.ends
    assert retries == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shop_item SET score = 1 WHERE id = 9",
        """CREATE TRIGGER own BEFORE UPDATE ON shop_item
           FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()""",
        "ALTER TABLE shop_item VALIDATE CONSTRAINT check_place",
        "ALTER TABLE shop_item ALTER COLUMN name SET STATISTICS 200",
    ],
)
def test_sql_that_a_reader_does_not_mind_does_not_wait_for_him(sql, shop, session):
    ask("ALTER TABLE shop_item ADD CONSTRAINT check_place CHECK (place > 0) NOT VALID")
    limit(budget_seconds=0.3)
    sit(session())

    shop.migrate(PostgresSQL(sql))

    assert shop.told.waited_for == []


def test_after_its_budget_it_names_who_sits_there(shop, session):
    reader = session()
    sitting = sit(reader)
    limit(budget_seconds=0.3)

    with pytest.raises(LockBusy) as stopped:
        shop.migrate(NOTE)

    assert stopped.value.returncode == 3
    said = str(stopped.value)
    assert f"pid {sitting} (till, copydesk), for " in said
    assert READ in said
    assert "pg_terminate_backend" in said
    reader.rollback()
    shop.migrate(NOTE)
    assert "note" in columns()


def test_who_keeps_a_table_to_himself_is_not_waited_for_to_know_of_it(shop, session):
    """Measuring it, and reading what a constraint of it says, would take a lock."""
    ask("ALTER TABLE shop_item ADD CONSTRAINT check_place CHECK (place > 0) NOT VALID")
    ask("SET lock_timeout = '50ms'")
    sit(session(), "LOCK TABLE shop_item IN ACCESS EXCLUSIVE MODE")

    size = size_of(connection, "shop_item")
    [left] = Verification(connection, print).before

    assert (size.rows, size.bytes > 0) == (ROWS, True)
    assert (left.name, left.table) == ("check_place", "shop_item")


NAMED = "CREATE INDEX idx_lower ON shop_item (lower(name))"
UNINDEXED = models.ForeignKey("shop.Shelf", models.CASCADE, null=True, db_index=False)
LOOKS = {
    # Each reads what belongs to a column, which PostgreSQL prints under a lock of its own.
    "another type": AlterFieldType("item", "score", models.BigIntegerField(null=True)),
    "another name": ExpandRename("item", "state", "status"),
    "Django's own": migrations.AlterField("item", "shelf", UNINDEXED),
}


@pytest.mark.parametrize("operation", LOOKS.values(), ids=LOOKS)
def test_an_operation_waits_for_who_keeps_the_table_to_himself(operation, shop, session):
    ask(NAMED)
    owner = session()
    sitting = sit(owner, "LOCK TABLE shop_item IN ACCESS EXCLUSIVE MODE")
    left = Alongside(lambda: (eventually(lambda: shop.told.waited_for), owner.rollback()))

    shop.migrate(operation)
    left.outcome()

    assert shop.told.waited_for[0][0].pid == sitting


def test_and_names_him_when_he_stays(shop, session):
    sitting = sit(session(), "LOCK TABLE shop_item IN ACCESS EXCLUSIVE MODE")
    limit(budget_seconds=0.3)

    with pytest.raises(LockBusy, match=f"held by pid {sitting}") as stopped:
        shop.migrate(LOOKS["another type"])
    assert "shop_item: no lock in" in stopped.value.what


def test_a_look_at_every_row_may_take_long(shop, monkeypatch):
    found = "SELECT current_setting('statement_timeout') WHERE %s <> ''"
    monkeypatch.setattr("apps.database.operations.belongings.MISFITS", found)

    with pytest.raises(DataRefused, match="with the keys 0 …"):
        shop.migrate(LOOKS["another type"])


def test_both_tables_of_a_foreign_key_are_looked_at(shop, session):
    limit(budget_seconds=0.3)
    sit(session(), "UPDATE shop_shelf SET name = 'Top' WHERE id = 1")
    shelf = models.ForeignKey("shop.Shelf", models.CASCADE, null=True, related_name="+")

    with pytest.raises(LockBusy, match="shop_shelf"):
        shop.migrate(migrations.AddField("item", "spare", shelf))


def test_a_reader_does_not_keep_a_foreign_key_from_being_added(shop, session):
    limit(budget_seconds=0.3)
    sit(session(), "SELECT count(*) FROM shop_shelf")
    shelf = models.ForeignKey("shop.Shelf", models.CASCADE, null=True, related_name="+")

    shop.migrate(migrations.AddField("item", "spare", shelf))

    assert "spare_id" in columns()


def test_the_parent_of_a_dropped_foreign_key_is_looked_at(shop, session):
    limit(budget_seconds=0.3)
    sit(session(), "SELECT count(*) FROM shop_shelf")

    with pytest.raises(LockBusy, match="shop_shelf"):
        shop.migrate(migrations.RemoveField("item", "shelf"))


def test_short_transactions_that_take_turns_are_not_waited_for(shop, session):
    """One of them is always there when it looks, so it asks for its lock all the same."""
    limit(turns_seconds=1.5)
    migrated = Event()

    def serve(client, first):
        time.sleep(first)
        while not migrated.is_set():
            client.execute(READ)
            # A fifth of the turns is the most: well below it on a slow machine too.
            time.sleep(0.12)
            client.rollback()

    serving = [Alongside(partial(serve, session(), one / 48)) for one in range(6)]
    eventually(lambda: len(holders_of(connection, ["shop_item"])) > 3)
    shop.migrate(NOTE)
    migrated.set()

    assert [one.outcome() for one in serving] == [None] * 6
    assert "note" in columns()


class Clock:
    """Of a machine that is never late."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_they_are_given_so_long_to_leave_a_gap(shop, session, monkeypatch):
    limit(turns_seconds=1.5)
    sit(session())
    [holder] = holders_of(connection, ["shop_item"])
    clock, looks = Clock(), itertools.count()

    def one_stays_for_the_next_look(*_):
        number = next(looks)
        return [replace(holder, transaction=str(one)) for one in (number, number + 1)]

    monkeypatch.setattr(lookout, "time", clock)
    monkeypatch.setattr(lookout, "holders_of", one_stays_for_the_next_look)
    asked = Statement("ALTER TABLE …", Kind.BRIEF, "ACCESS EXCLUSIVE", ("shop_item",))
    lookout.Lookout(connection, asked).wait()

    assert clock.now == pytest.approx(1.5, abs=2 * connection.limits.look_seconds)


def test_who_comes_between_look_and_lock_costs_one_short_attempt(shop, session, monkeypatch):
    looks, look = [], lookout.holders_of

    def blind_at_first(*args):
        looks.append(args)
        return look(*args) if len(looks) > 1 else []

    monkeypatch.setattr(lookout, "holders_of", blind_at_first)
    limit(lock_ms=50)
    reader = session()
    sit(reader)
    freed = Alongside(lambda: (eventually(lambda: shop.told.waited_for), reader.rollback()))

    shop.migrate(NOTE)
    freed.outcome()

    [(_statement, _seconds, wait_ms, retries)] = shop.told.ends
    assert retries >= 1
    assert wait_ms >= 50


def test_a_statement_that_holds_its_lock_for_too_long_is_taken_back(shop):
    limit(statement_ms=150)
    slow = migrations.AddField(
        "item", "note", models.TextField(db_default=models.Func(0.01, function="slow"))
    )
    ask(
        "CREATE FUNCTION slow(seconds float) RETURNS text LANGUAGE sql VOLATILE"
        " AS $$ SELECT pg_sleep(seconds)::text $$"
    )

    with pytest.raises(MigrationStopped, match=r"kept .* locked for 0.15 s and was taken back"):
        shop.migrate(slow)
    assert "note" not in columns()


def test_sql_of_a_migration_is_tried_again_as_a_whole(shop, session):
    limit(lock_ms=50)
    reader = session()
    sit(reader)
    untold = "DO 'BEGIN ALTER TABLE shop_item ADD extra int; END'"
    twice = PostgresSQL(["INSERT INTO shop_shelf (name) VALUES ('Second')", untold])
    watching = session(autocommit=True)

    def leave_after_an_attempt():
        waits = "SELECT 1 FROM pg_locks WHERE NOT granted"
        eventually(lambda: watching.execute(waits).fetchone())
        eventually(lambda: not watching.execute(waits).fetchone())
        reader.rollback()

    left = Alongside(leave_after_an_attempt)

    shop.migrate(twice)

    assert left.outcome() is None
    assert ask("SELECT count(*) FROM shop_shelf") == [(2,)]
    [(_statement, _seconds, _wait_ms, retries)] = shop.told.ends
    assert retries >= 1


def test_what_runs_past_the_editor_is_bounded_too(shop):
    seen = []
    names = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
    before = ask(names)

    shop.migrate(migrations.RunPython(lambda *_: seen.extend(ask(names))))

    assert seen == [("300ms", "5s")]
    assert ask(names) == before


def test_python_that_gets_no_lock_says_so_and_is_taken_back(shop, session):
    limit(lock_ms=50)
    sit(session(), "UPDATE shop_item SET score = 1 WHERE id = 9")

    def change(apps, editor):
        shelf, item = apps.get_model("shop", "Shelf"), apps.get_model("shop", "Item")
        shelf.objects.create(name="Second")
        item.objects.filter(pk=9).update(score=2)

    with pytest.raises(LockBusy, match=r"got no lock within 0\.05 s"):
        shop.migrate(migrations.RunPython(change))
    assert ask("SELECT count(*) FROM shop_shelf") == [(1,)]


def test_python_whose_statement_takes_long_is_told_of_batches(shop):
    limit(sql_statement_ms=50)

    with pytest.raises(MigrationStopped, match=r"longer than 0\.05 s"):
        shop.migrate(migrations.RunPython(lambda *_: ask("SELECT pg_sleep(5)")))


def test_a_build_that_somebody_cancels_leaves_nothing(shop, session):
    reader = session()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    sit(reader, "SELECT count(*) FROM shop_shelf")
    other = session(autocommit=True)
    cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index"
    cancelled = Alongside(lambda: eventually(lambda: other.execute(cancel).fetchone()))

    with pytest.raises(MigrationStopped, match="Somebody cancelled CREATE INDEX"):
        shop.migrate(
            migrations.AddIndex("item", models.Index(fields=["name"], name="idx_item_name"))
        )

    cancelled.outcome()
    assert shop.leftovers == []


def test_a_table_of_this_migration_is_free_of_all_that(shop):
    shelf = models.ForeignKey("shop.Shelf", models.CASCADE)
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]
    label = models.Index(fields=["name"], name="idx_label")

    shop.migrate(
        migrations.CreateModel("Label", fields),
        migrations.AddIndex("label", label),
        migrations.AddField("label", "size", models.PositiveIntegerField(default=1)),
        migrations.AddField("label", "shelf", shelf),
    )

    told = [s for s in shop.told.statements if s.kind != "free"]
    # Not the table that it refers to, which others know.
    assert [(s.kind, s.lock) for s in told] == [("brief", "SHARE ROW EXCLUSIVE")]


def test_an_empty_table_gets_djangos_own_statements(shop):
    ask("TRUNCATE shop_item")

    shop.migrate(
        migrations.AddIndex("item", models.Index(fields=["name"], name="idx_item_name")),
        migrations.AlterField("item", "score", models.IntegerField(default=0)),
    )

    assert "batched" not in shop.told.kinds
    assert "online" not in shop.told.kinds
    assert any(s.sql.startswith("CREATE INDEX") for s in shop.told.statements)


@pytest.mark.parametrize("kind", [HolderKind.AUTOVACUUM, HolderKind.ANTI_WRAPAROUND])
def test_autovacuum_is_evicted_once_unless_it_is_against_wraparound(
    kind, shop, session, monkeypatch
):
    """Here a client stands in for it, which does not go; test_autovacuum.py has a real one."""
    look = lookout.holders_of

    def as_vacuum(*args):
        return [replace(holder, kind=kind) for holder in look(*args)]

    monkeypatch.setattr(lookout, "holders_of", as_vacuum)
    limit(evict_after_seconds=0.1, budget_seconds=2)
    sit(session())

    with pytest.raises(LockBusy) as stopped:
        shop.migrate(NOTE)

    [(_statement, _seconds, wait_ms, retries)] = shop.told.ends
    if kind == HolderKind.ANTI_WRAPAROUND:
        assert "gives way to nobody" in str(stopped.value)
        assert (wait_ms, retries) == (0, 0)
    else:
        assert retries == 0
        assert wait_ms >= 1_300


def test_a_role_without_rights_sees_who_sits_there_and_which_grant_it_lacks(shop, session):
    sitting = sit(session())
    ask("CREATE ROLE visitor")
    ask("GRANT USAGE ON SCHEMA shop TO visitor")
    ask("SET ROLE visitor")
    try:
        [holder] = holders_of(connection, ["shop.shop_item"])
        grant = missing_grant(connection)
    finally:
        ask("RESET ROLE")
        ask("DROP OWNED BY visitor")
        ask("DROP ROLE visitor")

    assert (holder.pid, holder.kind, holder.query) == (sitting, "client", "")
    assert grant == "GRANT pg_read_all_stats TO visitor;"
    assert missing_grant(connection) == ""
    [holder] = holders_of(connection, ["shop_item"])
    assert holder.query == READ
    assert holder.modes == ("ACCESS SHARE",)


def test_who_waits_for_whom_is_told(shop, session):
    sitting = sit(session())
    other = session(autocommit=True)
    waiting = Alongside(lambda: other.execute("ALTER TABLE shop_item ADD queue int"))
    eventually(lambda: waiters(connection))

    [waiter] = waiters(connection)
    [blocker] = blockers_of(connection, waiter.pid)
    ask(f"SELECT pg_terminate_backend({waiter.pid})")

    assert blocker.pid == sitting
    assert waiter.lock == "ACCESS EXCLUSIVE"
    assert waiter.table == "shop_item"
    assert isinstance(waiting.outcome(), psycopg.Error)
