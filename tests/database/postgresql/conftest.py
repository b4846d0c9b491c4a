"""The shop, on connections without the tests' transaction."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, connections
from django.db.migrations.state import ProjectState

from tests.database.postgresql.shop import FILLED, ROWS, SHOP, Recorder, Shop, ask, limit
from tests.sessions import another_session


@pytest.fixture
def shop(postgres) -> Iterator[Shop]:
    """`default` is a connection of its own in a schema of its own: what is done beside others
    cannot be done in the tests' transaction.
    """
    tests_own = connections["default"]
    connections["default"] = tests_own.copy("default")
    ask("DROP SCHEMA IF EXISTS shop CASCADE")
    ask("CREATE SCHEMA shop")
    ask("SET search_path = shop, public")
    limit()
    built = Shop(ProjectState(), Recorder())
    built.migrate(*SHOP)
    ask(FILLED.format(ROWS))
    ask("ANALYZE shop_item")
    connection.observer = built.told
    yield built
    connection.close()
    ask("DROP SCHEMA shop CASCADE")
    ask("DELETE FROM database_backfill")
    connection.close()
    connections["default"] = tests_own


TILL = {"application_name": "till", "options": "-c search_path=shop,public"}


@pytest.fixture
def session(shop) -> Iterator:
    """Other clients of the shop; each call opens one."""
    opened = []

    def open_one(**options) -> psycopg.Connection:
        opened.append(another_session(**TILL, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
