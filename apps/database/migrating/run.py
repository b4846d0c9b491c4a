"""One run of `migrate`, around Django's own: lint, lock, clean up, run, verify."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from syzygy import Stage
from syzygy.plan import Plan

from apps.database.errors import DataRefused, OlderProcesses, Refused
from apps.database.linting import refusals

from .copies import copy_file
from .interruption import ended_in_order
from .invalid import report_invalid
from .journal import Journal
from .lock import MigrationLock
from .observers import observed_by
from .orphans import Orphan, wait_for_orphans
from .progress import Progress
from .releases import OlderProcess, older_processes, own_release
from .session import migrating_session
from .stages import new_apps, steps_after_deploy
from .verify import Verification


@dataclass
class Run:
    """`plan_of` gives the plan of a stage, of the second with the first's; `apply` runs it, and
    calls `begin` and `finish` around each migration.
    """

    connection: Any
    progress: Progress
    plan_of: Callable[[Stage], Plan]
    apply: Callable[[Stage], None]
    may_end: Callable[[Orphan], bool]
    old_code_is_gone: bool = False
    fake: bool = False
    fix_invalid: bool = False

    def __call__(self, stage: Stage) -> None:
        """Raises a MigrationStopped, or what Django raises; what ran is in order in each case."""
        self._lint(self.plan_of(stage))
        with ended_in_order(), self._alone(), migrating_session(self.connection):
            # Whoever had the lock may have done some of it.
            plan = self.plan_of(stage)
            if older := self._older_processes(plan):
                stage = Stage.PRE_DEPLOY
                plan = self.plan_of(stage)
            self._clean_up(plan)
            self._run(plan, stage)
            left = self.plan_of(Stage.POST_DEPLOY)
        if older:
            raise second_stage_waits(left, older)
        if left and stage is Stage.PRE_DEPLOY:
            self.progress.say(left_for_later(left))

    def begin(self, migration: Migration, backwards: bool) -> None:
        """LockBusy, before anything of it runs, if the lock was lost."""
        if self.lock:
            self.lock.confirm()
        self.journal.begin(migration, backwards)
        self.progress.begin(str(migration), self.journal.step, self.journal.steps)

    def finish(self, migration: Migration, fake: bool) -> None:
        self.journal.finish(migration, "Recorded without running it." if fake else "")
        self.progress.finish("FAKED" if fake else "OK")

    def _lint(self, plan: Plan) -> None:
        # On an empty database there is nobody to stop, and a plan of all there is.
        is_empty = not self._loader().applied_migrations
        if self.fake or is_empty:
            return
        if found := refusals(self.connection, plan):
            raise Refused(
                "\n\n".join(map(str, found)),
                f"Nothing was executed: {counted(plan)} planned.",
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.lock = None
        if self.connection.vendor != "postgresql":
            yield
            return
        with MigrationLock(self.connection, self.progress.say) as self.lock:
            # While others had their turn its session may have been ended for being idle.
            if not self.connection.in_atomic_block:
                self.connection.close()
            wait_for_orphans(self.connection, self.progress.say, self.may_end)
            yield

    def _older_processes(self, plan: Plan) -> list[OlderProcess]:
        """Who keeps the second stage waiting, if the plan has one. What is undone is undone whole:
        the files it is undone from are the newer release's.
        """
        later = steps_after_deploy(plan, new_apps(self._loader()))
        if not later or plan[0][1] or self.old_code_is_gone:
            return []
        if not own_release() and self.connection.vendor == "postgresql":
            self.progress.say(
                "RELEASE is not set: whether processes of an older release are still at work "
                "was not looked at."
            )
        return older_processes(self.connection)

    def _clean_up(self, plan: Plan) -> None:
        if self.connection.vendor == "postgresql":
            report_invalid(self.connection, self.progress.say, fix=self.fix_invalid)
        if plan and (copy := copy_file(self.connection)):
            self.progress.say(f"The database was copied to {copy}.")

    def _run(self, plan: Plan, stage: Stage) -> None:
        self.journal = Journal(self.connection, plan, self._loader())
        self.journal.close_old()
        verify = Verification(self.connection, self.progress.say)
        try:
            with observed_by(self.connection, self.journal, self.progress):
                self.apply(stage)
            verify(plan)
        except BaseException as error:
            refused = refused_by_rows(error, self.connection.vendor)
            self.journal.fail(refused or error)
            self.progress.stopped()
            if refused:
                raise refused from error
            raise

    def _loader(self) -> MigrationLoader:
        return MigrationLoader(self.connection)


def refused_by_rows(error: BaseException, vendor: str) -> DataRefused | None:
    """SQLite says which column, of the copy that is to become the table, and not which rows."""
    if vendor != "sqlite" or not isinstance(error, IntegrityError):
        return None
    what = str(error).replace("new__", "")
    return DataRefused(f"Rows do not meet what is asked of them: {what}.", "Mend them, run again.")


def counted(plan: Plan) -> str:
    return "1 migration is" if len(plan) == 1 else f"{len(plan)} migrations are"


def left_for_later(left: Plan) -> str:
    if left[0][1]:
        return (
            f"{counted(left)} left to be undone: run it again without `--pre-deploy` when no "
            "process of this release is left."
        )
    return (
        f"{counted(left)} left for after the deploy: run `manage.py migrate` when every process "
        "runs this release."
    )


def second_stage_waits(left: Plan, older: list[OlderProcess]) -> OlderProcesses:
    return OlderProcesses(
        f"The first stage is done. Until these processes of older releases have ended, "
        f"{counted(left)} left: {'; '.join(map(str, older))}.",
        "Run `manage.py migrate` again when they are gone, or with `--old-code-is-gone` if they "
        "are not what they look like.",
    )
