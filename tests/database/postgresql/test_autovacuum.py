"""Autovacuum and prepared transactions, which need a server set up for them."""

from collections.abc import Iterator

import pytest
from django.db import connection, connections, migrations, models
from django.db.migrations.state import ProjectState

from apps.database.errors import LockBusy
from apps.database.locks import Holder, HolderKind, holders_of
from tests.database.postgresql.shop import FILLED, SHOP, Recorder, Shop, ask, limit
from tests.races import Alongside, eventually
from tests.sessions import another_session

pytestmark = pytest.mark.slow

NOTE = migrations.AddField("item", "note", models.TextField(null=True))
SERVER = (
    "autovacuum_naptime = 1",
    "autovacuum_freeze_max_age = 100000",
    "max_prepared_transactions = 5",
)
# A page takes a hundred milliseconds, so it sits on the table for minutes.
SLOWLY = """
ALTER TABLE shop_item SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
"""
# Only what must be vacuumed is.
NOT_UNLESS_IT_MUST = "ALTER TABLE shop_item SET (autovacuum_enabled = false)"
AGES = """
DO $$ BEGIN
    FOR number IN 1..100100 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
END $$
"""


@pytest.fixture
def shop(spare_postgres, django_db_blocker) -> Iterator[Shop]:
    spare_postgres.stop()
    with (spare_postgres.data / "postgresql.conf").open("a") as file:
        file.write("\n".join(SERVER) + "\n")
    spare_postgres.start()
    tests_own = connections["default"]
    with django_db_blocker.unblock():
        connections["default"] = made = tests_own.copy("default")
        made.settings_dict = made.settings_dict | {"PORT": spare_postgres.port, "NAME": "postgres"}
        ask("CREATE SCHEMA shop")
        ask("SET search_path = shop, public")
        limit()
        built = Shop(ProjectState(), Recorder())
        built.migrate(*SHOP)
        ask(FILLED.format(20_000))
        connection.observer = built.told
        yield built
        ask("DROP SCHEMA shop CASCADE")
        connection.close()
    connections["default"] = tests_own


def vacuums() -> list[Holder]:
    return [one for one in holders_of(connection, ["shop.shop_item"]) if one.kind != "client"]


@pytest.fixture
def vacuumed(shop) -> Shop:
    """Autovacuum sits on the table of items."""
    ask(SLOWLY)
    ask("UPDATE shop_item SET score = 1")
    eventually(vacuums)
    return shop


def test_autovacuum_goes_when_it_was_waited_for_long_enough(vacuumed):
    limit(evict_after_seconds=1)

    vacuumed.migrate(NOTE)

    [waited] = {one.kind for holders in vacuumed.told.waited_for for one in holders}
    assert waited == HolderKind.AUTOVACUUM
    [(_statement, _seconds, wait_ms, retries)] = vacuumed.told.ends
    # As long as PostgreSQL takes to notice who is in the way.
    assert wait_ms >= 900
    assert retries == 0


def as_a_visitor() -> list[Holder]:
    """As a role without rights has it."""
    ask("CREATE ROLE visitor")
    ask("GRANT USAGE ON SCHEMA shop TO visitor")
    ask("SET ROLE visitor")
    try:
        return holders_of(connection, ["shop.shop_item"])
    finally:
        ask("RESET ROLE")
        ask("DROP OWNED BY visitor")
        ask("DROP ROLE visitor")


def test_a_role_without_rights_tells_it_from_a_client(vacuumed):
    [vacuum] = as_a_visitor()

    assert (vacuum.kind, vacuum.query) == (HolderKind.AUTOVACUUM, "")


@pytest.fixture
def dropped(shop, session) -> Iterator[None]:
    """It comes again at once, and gives way to no DROP: that stands in line when it is ended."""
    yield
    other = session(autocommit=True)
    waits = "SELECT 1 FROM pg_locks WHERE relation = 'shop_item'::regclass AND NOT granted"

    def end_it():
        eventually(lambda: other.execute(waits).fetchone())
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_vacuum")

    ended = Alongside(end_it)
    ask("SET lock_timeout = 0; DROP TABLE shop_item")
    ended.outcome()


def test_one_against_wraparound_is_never_evicted(shop, dropped):
    ask(SLOWLY)
    ask(NOT_UNLESS_IT_MUST)
    ask("UPDATE shop_item SET score = 1")
    ask(AGES)
    limit(evict_after_seconds=1)
    eventually(vacuums, seconds=120)

    with pytest.raises(LockBusy, match="gives way to nobody"):
        shop.migrate(NOTE)

    [(_statement, _seconds, wait_ms, retries)] = shop.told.ends
    assert (wait_ms, retries) == (0, 0)
    [vacuum], [as_seen] = vacuums(), as_a_visitor()
    assert vacuum.query.endswith("(to prevent wraparound)")
    assert (vacuum.kind, as_seen.kind) == (HolderKind.ANTI_WRAPAROUND,) * 2


def test_a_prepared_transaction_is_found_by_its_name(shop):
    with another_session() as client:
        client.execute("UPDATE shop.shop_item SET score = 1 WHERE id = 7")
        client.execute("PREPARE TRANSACTION 'forgotten'")
    [holder] = holders_of(connection, ["shop_item"])
    ask("ROLLBACK PREPARED 'forgotten'")

    assert (holder.pid, holder.name, holder.user) == (None, "forgotten", "copydesk")
    assert str(holder).startswith("prepared transaction forgotten (copydesk), for ")
    assert holders_of(connection, ["shop_item"]) == []
