"""The one backend for PostgreSQL: Django's own with a pool that heals."""

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from .pool import HealingPool


class DatabaseWrapper(base.DatabaseWrapper):
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
