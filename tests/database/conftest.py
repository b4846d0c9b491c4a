from collections.abc import Iterator

import pytest
from django.db.utils import ConnectionHandler

from apps.database.postgresql.pool import HealingPool
from config.settings.environment import Environment
from config.settings.stores import postgresql
from tests.races import PATIENCE_SECONDS


class Database:
    """A pooled database as the settings make it, outside the tests' own connections."""

    def __init__(self, server, **values: str):
        address = {"NAME": "postgres", "USER": "copydesk", "PASSWORD": "", "HOST": "127.0.0.1"}
        # Only what is about the pool's patience says how much there is of it.
        values = {"DB_POOL_TIMEOUT": "30"} | values
        config = postgresql(address | {"PORT": server.port}, Environment(values))
        self.handler = ConnectionHandler({"default": config, "faults": config})

    @property
    def connection(self):
        return self.handler["faults"]

    @property
    def pool(self) -> HealingPool:
        return self.connection.pool

    def ask(self, sql: str = "SELECT 1"):
        """One request's work: take a connection, ask, give it back."""
        try:
            with self.connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            self.connection.close()

    def fill(self) -> None:
        self.pool.open(wait=True, timeout=PATIENCE_SECONDS)


@pytest.fixture
def databases(spare_postgres, django_db_blocker) -> Iterator:
    """Makes databases; arguments are settings."""
    made = []

    def make(**values: str) -> Database:
        made.append(Database(spare_postgres, **values))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for database in made:
            database.connection.close_pool()
