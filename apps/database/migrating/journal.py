"""A row for each migration that runs, and in it what each of its statements cost."""

import getpass
import os
import re
import socket
from contextlib import suppress

from django.db import Error
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from syzygy.plan import Plan

from apps.database.errors import DataRefused, LockBusy
from apps.database.expressions import ClockTime
from apps.database.models import MigrationRun
from apps.database.observer import Kind, Observer, Statement

from .sizes import NOTHING, size_of
from .stages import new_apps, waits_for_deploy

State = MigrationRun.State
OWN = MigrationRun._meta.app_label
NOTE_LENGTH = 2_000
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')


def verb_of(sql: str) -> str:
    """What kind of work a statement is, in its own capitals: "CREATE INDEX CONCURRENTLY"."""
    words = re.findall(r"\b[A-Z]{2,}\b", QUOTED.sub("", sql))
    return " ".join(words[:6])


def who() -> str:
    """The person, as far as the machine knows; under sudo who asked for it."""
    with suppress(OSError, KeyError, ImportError):
        return os.environ.get("SUDO_USER") or getpass.getuser()
    return ""


class Journal(Observer):
    """Writes MigrationRun: as soon as all of its own app's migrations are applied."""

    def __init__(self, connection, plan: Plan, loader: MigrationLoader):
        self.connection = connection
        self.new_apps = new_apps(loader)
        self.steps = len(plan)
        self.step = 0
        undone = {step.name for step, backwards in plan if backwards and step.app_label == OWN}
        self.own_missing = own_unapplied(loader) | undone
        self.run: MigrationRun | None = None
        self._measured = NOTHING

    @property
    def is_open(self) -> bool:
        return not self.own_missing

    @property
    def rows(self):
        return MigrationRun.objects.using(self.connection.alias)

    def close_old(self) -> None:
        """Who holds the lock is alone: what still says it runs was killed."""
        if self.is_open:
            self.rows.filter(state=State.RUNNING).update(
                state=State.STOPPED, finished_at=ClockTime(), note="Killed; found by the next run."
            )

    def begin(self, migration: Migration, backwards: bool) -> None:
        self.step += 1
        later = waits_for_deploy(migration, backwards, self.new_apps)
        self.run = MigrationRun(
            app=migration.app_label,
            name=migration.name,
            backwards=backwards,
            stage=MigrationRun.Stage.AFTER if later else MigrationRun.Stage.BEFORE,
            step=self.step,
            steps=self.steps,
            host=socket.gethostname(),
            pid=os.getpid(),
            by=who(),
        )
        self._save()

    def finish(self, migration: Migration, note: str = "") -> None:
        # What undoes a migration of these very tables keeps the journal shut to the end.
        if migration.app_label == OWN and not self.run.backwards:
            self.own_missing.discard(migration.name)
        self._close(State.DONE, note)

    def fail(self, error: BaseException) -> None:
        """Closes the row of what was running, if anything was."""
        if self.run is not None:
            # The connection may be what failed; and with the server away there is no other.
            with suppress(Error):
                self.connection.close_if_unusable_or_obsolete()
                self._close(outcome(error), note=str(error)[:NOTE_LENGTH])

    def started(self, statement: Statement) -> None:
        self._measured = NOTHING
        if self.run is None:
            return
        self.run.statement, self.run.kind = statement.sql, statement.kind
        # In a transaction nobody else would see it before its end.
        if not self.connection.in_atomic_block:
            if statement.kind is not Kind.FREE:
                self._measured = size_of(self.connection, statement.table)
            self._save("statement", "kind", "statements", "longest_wait_ms")

    def ended(self, statement: Statement, seconds: float, wait_ms: int, retries: int) -> None:
        if self.run is None:
            return
        rows, size = self._measured
        self.run.longest_wait_ms = max(self.run.longest_wait_ms, wait_ms)
        self.run.statements.append(
            {
                "kind": statement.kind,
                "verb": verb_of(statement.sql),
                "lock": statement.lock,
                "table": statement.table,
                "rows": rows,
                "bytes": size,
                "seconds": round(seconds, 3),
                "wait_ms": wait_ms,
                "retries": retries,
            }
        )

    def _close(self, state: State, note: str = "") -> None:
        run, self.run = self.run, None
        run.state, run.note, run.finished_at = state, note, ClockTime()
        if self.is_open:
            run.save(using=self.connection.alias)

    def _save(self, *fields: str) -> None:
        if self.is_open:
            self.run.save(using=self.connection.alias, update_fields=fields or None)


def own_unapplied(loader: MigrationLoader) -> set[str]:
    """Without one of them the table may not be there, or lack a column."""
    on_disk = {name for app, name in loader.disk_migrations if app == OWN}
    return on_disk - {name for app, name in loader.applied_migrations if app == OWN}


def outcome(error: BaseException) -> State:
    if isinstance(error, LockBusy):
        return State.LOCK_BUSY
    if isinstance(error, DataRefused):
        return State.DATA_REFUSED
    return State.STOPPED if isinstance(error, KeyboardInterrupt) else State.FAILED
