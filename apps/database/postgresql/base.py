"""The one backend for PostgreSQL: a pool that heals, and migrations that stop nobody."""

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import features, operations
from django.db.backends.postgresql.base import ServerBindingCursor
from django_zero_downtime_migrations.backends.postgres import base
from psycopg.types.numeric import Int8

from apps.database.observer import Observer

from .editor import DatabaseSchemaEditor
from .limits import Limits
from .pool import HealingPool


class DatabaseFeatures(features.DatabaseFeatures):
    # No transaction around a migration: it would keep every lock to its end.
    can_rollback_ddl = False


# psycopg prepares what was executed so often, and nothing at all without a number; what is to be
# prepared says so.
NEVER_BY_ITSELF = 2**31


class PlanningCursor(ServerBindingCursor):
    def execute(self, query, params=None):
        typed = params and [Int8(one) if type(one) is int else one for one in params]
        return super().execute(query, typed, prepare=True)


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor, sql, params):
        # Its values never were in the statement.
        if isinstance(cursor, PlanningCursor):
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    # Of the migrations that run on this connection.
    observer = Observer()
    limits = Limits()
    # Done in the transaction of SQL by hand, if anything.
    also: Callable[[], None] | None = None

    def get_connection_params(self):
        return super().get_connection_params() | {"prepare_threshold": NEVER_BY_ITSELF}

    def planning_cursor(self):
        """A cursor whose statements are planned once, and then kept by the connection."""
        self.ensure_connection()
        if getattr(self.connection, "plans_no_more", False):
            return self.cursor()
        with self.wrap_database_errors:
            return self._prepare_cursor(PlanningCursor(self.connection))

    def plan_no_more(self) -> None:
        """For as long as this connection lives: a pool ends it sooner or later."""
        self.connection.plans_no_more = True

    @property
    def pool(self) -> HealingPool | None:
        """The process's pool for this alias; `OPTIONS["pool"]` holds ConnectionPool's arguments."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            # Of two threads that get here the first one's pool stays; none is open yet.
            self._connection_pools.setdefault(self.alias, self._new_pool(options))
        return self._connection_pools[self.alias]

    def _new_pool(self, options: dict) -> HealingPool:
        if self.settings_dict["CONN_MAX_AGE"] != 0:
            raise ImproperlyConfigured("A pool needs CONN_MAX_AGE = 0.")
        return HealingPool(
            kwargs=self.get_connection_params() | {"autocommit": True},
            configure=self._configure_connection,
            checked=self.settings_dict["CONN_HEALTH_CHECKS"],
            **options,
        )
