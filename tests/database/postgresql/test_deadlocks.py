"""Statements that go on beside others, and were ended because both waited for each other."""

from functools import partial

import psycopg
import pytest
from django.db import connection, migrations, models
from django.db.models.lookups import GreaterThan

from apps.database.errors import LockBusy
from tests.database.postgresql.shop import ROWS, ask, limit
from tests.races import Alongside, eventually

NAMED = models.Index(fields=["name"], name="idx_item_name")
# PostgreSQL's own words for a deadlock; a sequence counts on, whatever is taken back.
QUARREL = """
CREATE SEQUENCE shop.quarrels;
CREATE FUNCTION quarrel(id bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF nextval('shop.quarrels') <= {} THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected',
            DETAIL = 'Process 7 waits for process 9.';
    END IF;
    RETURN id;
END $$
"""
CALL = models.Func(models.F("id"), function="quarrel", output_field=models.BigIntegerField())
QUARRELSOME = {
    "a build": migrations.AddIndex("item", models.Index(CALL, name="idx_quarrel")),
    "a validation": migrations.AddConstraint(
        "item", models.CheckConstraint(condition=GreaterThan(CALL, 0), name="check_quarrel")
    ),
}


def test_a_build_that_loses_one_is_begun_again(shop, session):
    """Somebody with an old snapshot wants the table, which the build has until he is gone."""
    writer, reader = session(), session()
    reader.execute("SET deadlock_timeout = '1h'")
    reader.commit()
    reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    reader.execute("SELECT count(*) FROM shop_shelf")
    writer.execute("UPDATE shop_item SET score = 1 WHERE id = 9")
    other = session(autocommit=True)
    ask("SET deadlock_timeout = '10ms'")

    def is_waiting(pid: int):
        sql = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
        return other.execute(sql, [pid]).fetchone()

    def meet():
        """The reader stands in line before the build comes to wait for him."""
        eventually(lambda: is_waiting(builder))
        wants = "LOCK TABLE shop_item IN SHARE UPDATE EXCLUSIVE MODE"
        line = Alongside(partial(reader.execute, wants))
        eventually(lambda: is_waiting(reader.info.backend_pid))
        writer.rollback()
        line.outcome()
        reader.rollback()

    builder = connection.connection.info.backend_pid
    met = Alongside(meet)
    shop.migrate(migrations.AddIndex("item", NAMED))

    assert met.outcome() is None
    assert shop.leftovers == []
    assert ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_item_name'::regclass") == [
        (True,)
    ]
    builds = [one for one in shop.told.statements if one.sql.startswith("CREATE INDEX")]
    assert len(builds) == 2


@pytest.mark.parametrize("operation", QUARRELSOME.values(), ids=QUARRELSOME)
def test_it_is_tried_again_some_times(operation, shop):
    ask(QUARREL.format(2))

    shop.migrate(operation)

    assert shop.leftovers == []
    assert ask("SELECT last_value FROM quarrels") >= [(ROWS,)]


@pytest.mark.parametrize("operation", QUARRELSOME.values(), ids=QUARRELSOME)
def test_and_not_for_ever(operation, shop):
    limit(online_attempts=3, pause_seconds=0.01)
    ask(QUARREL.format(1_000))

    with pytest.raises(LockBusy, match="Process 7 waits for process 9") as stopped:
        shop.migrate(operation)

    assert stopped.value.returncode == 3
    assert shop.leftovers == []
    assert ask("SELECT last_value FROM quarrels") == [(3,)]
