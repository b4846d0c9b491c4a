"""Which tables somebody may be using."""

from django.db import OperationalError

from apps.database.fetching import fetch_one
from apps.database.timeouts import brief

from .offline import Offline

# An UPDATE of so many rows holds their locks for about a tenth of a second.
LARGE = 10_000


class Tables:
    """The tables of a database. What the plan made so far is in `new`."""

    def __init__(self, connection):
        self.connection = connection
        self.new: set[str] = set()
        self._rows: dict[str, int] = {}

    def is_free(self, table: str) -> bool:
        """Whether nobody waits for it: the plan makes it, or it is without a row."""
        return table in self.new or self.rows(table) == 0

    def is_large(self, table: str) -> bool:
        return table not in self.new and self.rows(table) > LARGE

    def holds_rows(self, table: str) -> bool:
        """Whatever the plan says of it."""
        return self.rows(table) > 0

    def rename(self, old: str, new: str) -> None:
        self._rows[new] = self.rows(old)
        if old in self.new:
            self.new.add(new)

    def rows(self, table: str) -> int:
        """Its rows, counted no further than to what is large; none where there is no such table."""
        if table not in self._rows:
            self._rows[table] = self._count(table)
        return self._rows[table]

    def _count(self, table: str) -> int:
        name = self.connection.ops.quote_name(table)
        count = f"SELECT count(*) FROM (SELECT 1 FROM {name} LIMIT {LARGE + 1}) AS first"  # noqa: S608  # nosec B608
        if fetch_one(self.connection, "SELECT to_regclass(%s)", [name])[0] is None:
            return 0
        try:
            with brief(self.connection, "3s"):
                return fetch_one(self.connection, count)[0]
        except OperationalError:
            # Whoever locks the whole table has put something there, and so has what takes long to
            # be looked through.
            return LARGE + 1


class InUse(Tables):
    """Without a database: every table that the migration does not make is full and in use."""

    def __init__(self):
        super().__init__(Offline())

    def rows(self, table: str) -> int:
        return LARGE + 1

    def holds_rows(self, table: str) -> bool:
        return False
