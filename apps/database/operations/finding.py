"""A backfill that was begun, found again by its name: to be finished without `migrate`."""

from apps.database.backfilling import Work
from apps.database.backfilling.defaults import work_by_default

from .backfill import REVERSE, Backfill
from .naming import find


def work_named(connection, name: str) -> Work | None:
    """None for one that only `migrate` can go on with, as part of another operation."""
    found = find(name.removesuffix(REVERSE), Backfill)
    if found is None:
        return work_by_default(connection, name)
    operation, app, state = found
    return operation.work(app, state, connection.alias, backwards=name.endswith(REVERSE))
