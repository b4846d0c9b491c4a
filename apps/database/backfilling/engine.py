"""A backfill from its first row to the last, by one runner, whatever happens meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DataError, Error, IntegrityError, connections, models
from django.db.models import Value

from apps.database.errors import DataRefused, Refused
from apps.database.observer import Observer

from .alone import alone
from .checkpoint import Checkpoint
from .looking import look
from .signals import signals
from .telling import Telling
from .throttle import Throttle
from .walk import BackfillPaused, Walk
from .work import Work, still_to_do

# How often all rows are walked because some were written behind the cursor.
WALKS = 5
# As long as `migrate` waits for a lock; it keeps its own meanwhile.
PATIENCE_SECONDS = 600.0
# As many rows may change in one transaction together with what else the caller does in it.
AT_ONCE = 10_000
INTERRUPTED = "interrupted; goes on with the next `migrate` or `backfill run`"


def run(work: Work, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
    """Does it, or what is left of it; how many rows got their values.

    Raises BackfillPaused when it stays paused for longer than `patience_seconds`, LockBusy when
    it had to step aside, or another runner was at it, for too long, or batch after batch fails on
    the locks of others; DataRefused when a constraint does not let rows have their values. What
    was done stays done.
    """
    connection = connections[work.using]
    if connection.in_atomic_block:
        return _at_once(work, connection)
    telling = Telling(work, getattr(connection, "observer", None) or Observer())
    with alone(connection, work.name, telling.waits):
        checkpoint = Checkpoint(work)
        if not look(work, work.remains):
            checkpoint.close()
            return 0
        checkpoint.begin()
        throttle = Throttle(signals(connection, work.table))
        walk = Walk(work, checkpoint, throttle, telling, patience_seconds)
        with _end_recorded(walk), telling.about(checkpoint.row):
            _until_nothing_remains(walk)
        return walk.changed


def fill_nulls(connection, field: models.Field, *, name: str = "") -> int:
    """Gives the NULLs of a column its default, as AlterField does before SET NOT NULL.

    `field` is the new one, of the model as it is to be; nothing happens if it has no default.
    `name` is the backfill's, by default `table.column`.
    """
    value = _default(field)
    if value is None:
        return 0
    name = name or f"{field.model._meta.db_table}.{field.column}"
    values = {field.name: value}
    return run(Work(name, field.model, values, still_to_do(values), connection.alias))


def _default(field: models.Field):
    if field.has_db_default():
        return field.db_default
    return Value(field.get_default(), field) if field.has_default() else None


def _at_once(work: Work, connection) -> int:
    """In somebody's transaction batches would keep all their locks to its end."""
    rows = work.to_do().order_by()
    if connection.vendor == "postgresql" and rows[:AT_ONCE].count() == AT_ONCE:
        raise Refused(
            f"The backfill {work.name} runs in one transaction with the rest of its migration: "
            f"its rows would stay locked to the end.",
            "Write `atomic = False` in the migration; a backfill is resumed where it stopped.",
        )
    return rows.update(**work.values)


def _until_nothing_remains(walk: Walk) -> None:
    for number in range(WALKS):
        walk.all_rows(again=number > 0)
        if not look(walk.work, walk.work.remains):
            return
    raise DataRefused(
        f"After {WALKS} walks over {walk.work.table} there are still rows to change: they are "
        "written without a value as fast as they get one, or keep being found once they have it.",
        "Give new rows their value first, by a db_default or a trigger; or look at `where`.",
    )


@contextmanager
def _end_recorded(walk: Walk) -> Iterator[None]:
    checkpoint = walk.checkpoint
    try:
        yield
    except BackfillPaused:
        raise
    except KeyboardInterrupt:
        with suppress(Error):
            checkpoint.turn(checkpoint.states.WAITING, INTERRUPTED, rows_per_second=0)
        raise
    except (IntegrityError, DataError) as error:
        checkpoint.end(checkpoint.states.FAILED, str(error))
        raise DataRefused(
            f"{walk.work.name}: a row after key {walk.after} was refused: {error}",
            "Correct the rows, or the values. What was done is kept; it is safe to run again.",
        ) from error
    except Exception as error:
        # The connection may be what failed, and that is what is to be told.
        with suppress(Error):
            checkpoint.end(checkpoint.states.FAILED, getattr(error, "what", str(error)))
        raise
    checkpoint.end(checkpoint.states.DONE)
