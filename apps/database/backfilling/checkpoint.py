"""How far a backfill is: its row of `database.Backfill`, moved in the transaction of each batch."""

import logging

from django.apps import apps
from django.db import connections

from apps.database.expressions import ClockTime

from .looking import look
from .work import Work

logger = logging.getLogger(__name__)


def rows(using: str = "default"):
    """Of all backfills. Asked for when needed: operations are imported before models can be."""
    return apps.get_model("database", "Backfill").objects.using(using)


class Checkpoint:
    """One row. Where its table does not exist yet (another app is migrated first) it is kept in
    memory alone: who is killed there begins at the first row, and finds what is done done.
    """

    def __init__(self, work: Work):
        self.work = work
        self.model = rows().model
        self.states = self.model.State
        tables = connections[work.using].introspection.table_names()
        self.is_kept = self.model._meta.db_table in tables
        if not self.is_kept:
            logger.warning("%s cannot be resumed: apps.database is not migrated yet", work.name)
        self.row = self.model(name=work.name)
        self.reload()

    @property
    def is_paused(self) -> bool:
        return self.row.state == self.states.PAUSED

    @property
    def begins(self) -> bool:
        return self.row.pk is None or self.row.state == self.states.DONE

    @property
    def cursor(self):
        return self.work.key(self.row.cursor)

    def reload(self, *, lock: bool = False) -> None:
        """Sees what others did: paused it, or a batch of it where no lock keeps them apart."""
        if self.is_kept:
            found = self._own_row()
            self.row = (found.select_for_update() if lock else found).first() or self.row

    def begin(self) -> None:
        """From where it was left; from the first row if it is new or had come to its end."""
        if self.begins:
            self._write(state=self.states.RUNNING, note="", **self._from_the_first_row())
        else:
            self.turn(self.states.RUNNING, finished_at=None)

    def _from_the_first_row(self) -> dict:
        lowest, highest = look(self.work, self.work.ends)
        fresh = {"table": self.work.table, "column": self.work.columns, "cursor": None}
        fresh |= {"lowest": lowest, "highest": highest, "finished_at": None}
        fresh |= {"rows_done": 0, "rows_expected": look(self.work, self.work.expected)}
        if self.is_kept:
            rows(self.work.using).get_or_create(name=self.work.name)
            self.reload()
        return fresh | {"started_at": ClockTime()}

    def close(self) -> None:
        """Nothing remains: somebody else did the rest of it."""
        if not self.begins:
            self.end(self.states.DONE)

    def move(self, cursor, looked: int, size: int, rate: float) -> None:
        """Within the batch's transaction, the row being locked."""
        done = self.row.rows_done + looked
        self._write(
            cursor=self.work.text(cursor), rows_done=done, batch_size=size, rows_per_second=rate
        )

    def beat(self, size: int, rate: float) -> None:
        """A sign of life from a walk that begins again: the cursor stays at the end."""
        self._write(batch_size=size, rows_per_second=rate)

    def turn(self, state: str, note: str = "", **changes) -> None:
        """To another state, unless somebody paused it meanwhile: he has the last word."""
        self._write(unless=self.states.PAUSED, state=state, note=note, **changes)

    def end(self, state: str, note: str = "") -> None:
        changes = {"state": state, "note": note, "rows_per_second": 0}
        self._write(finished_at=ClockTime(), **changes)

    def _own_row(self):
        return rows(self.work.using).filter(name=self.work.name)

    def _write(self, *, unless: str = "", **changes) -> None:
        for name, value in changes.items():
            setattr(self.row, name, value)
        if self.is_kept:
            self._own_row().exclude(state=unless).update(updated_at=ClockTime(), **changes)
