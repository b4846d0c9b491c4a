"""The one backend for PostgreSQL: a pool that heals, and migrations that stop nobody."""

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import features
from django_zero_downtime_migrations.backends.postgres import base

from apps.database.observer import Observer

from .editor import DatabaseSchemaEditor
from .limits import Limits
from .pool import HealingPool


class DatabaseFeatures(features.DatabaseFeatures):
    # No transaction around a migration: it would keep every lock to its end.
    can_rollback_ddl = False


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
    # Of the migrations that run on this connection.
    observer = Observer()
    limits = Limits()

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
