import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.core.management.commands import migrate as django_migrate
from django.db import connections
from syzygy import Stage
from syzygy.management.commands import migrate as syzygy_migrate

from apps.database.errors import MigrationStopped
from apps.database.migrating import file_lock
from apps.database.migrating.features import know_of_json
from apps.database.migrating.interruption import INTERRUPTED
from apps.database.migrating.reaching import SAFE, reached
from apps.database.migrating.stages import planning

IN_ORDER = f"What was begun is finished, or taken back. {SAFE}"


class Command(syzygy_migrate.Command):
    help = (
        "Brings the database to the state of the models, and stops nobody meanwhile. Exit codes: "
        "0 done, 1 failed, 2 refused, 3 lock busy, 4 the data refuse it, 6 the first stage is "
        "done and the second waits for older processes to end."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="With --plan: as JSON.")
        parser.add_argument(
            "--old-code-is-gone",
            action="store_true",
            help="Do not look whether processes of an older release are still at work.",
        )
        parser.add_argument(
            "--fix-invalid",
            action="store_true",
            help="Drop the invalid indexes that a stopped REINDEX or one of our migrations left.",
        )
        parser.add_argument(
            "--reap",
            action="store_true",
            help="End what a killed run left at work in the database, without asking.",
        )

    def execute(self, *args, **options):
        connection = connections[options["database"]]
        with self._ended_in_words(), reached(connection), self._alone_on_its_file(options):
            return super().execute(*args, **options)

    @contextmanager
    def _alone_on_its_file(self, options) -> Iterator[None]:
        """Around the system's checks too: they write to SQLite's file, where they would fail while
        another run writes. On PostgreSQL a run takes its lock when it begins.
        """
        if options["plan"] or options["check_unapplied"]:
            yield
            return
        with file_lock.alone(connections[options["database"]], self._say_at_once):
            yield

    def _say_at_once(self, sentence: str) -> None:
        """Who reads a pipe or a log would hear of it when it is over."""
        self.stdout.write(sentence)
        self.stdout.flush()

    def check(self, *args, databases=None, **options):
        for alias in databases or ():
            know_of_json(connections[alias])
        return super().check(*args, databases=databases, **options)

    def handle(self, *args, stage, quorum, quorum_timeout, **options):
        if options["json"] and not options["plan"]:
            raise CommandError("--json is for --plan: without it, `migrate` would run.")
        self.connection = connections[options["database"]]
        self.verbosity, self.interactive = options["verbosity"], options["interactive"]
        with self._handle_quorum(quorum, quorum_timeout, options) as proceed:
            if proceed:
                self._migrate(stage, options)

    @contextmanager
    def _ended_in_words(self) -> Iterator[None]:
        """However it ends, what can be done about it is said."""
        try:
            yield
        except KeyboardInterrupt:
            self.stderr.write(f"Interrupted. {IN_ORDER}")
            raise SystemExit(INTERRUPTED) from None
        except MigrationStopped as stop:
            stop.args = (f"{stop}\n{IN_ORDER}",)
            raise
        except Exception as error:
            error.add_note(IN_ORDER)
            raise

    def _migrate(self, stage: Stage, options) -> None:
        plan = self._plan_of(stage, options)
        if options["plan"]:
            self._show_plan(plan, options)
        elif options["check_unapplied"] or options["prune"]:
            self._apply(stage, options)
        elif plan or options["fix_invalid"] or stage is Stage.PRE_DEPLOY:
            # The last says what is left for the second stage, even if there was no first.
            self._run(stage, options)
        else:
            self._apply(stage, options)

    def _show_plan(self, plan, options) -> None:
        # Rich is not imported to do nothing.
        from apps.database.migrating.plan import planned
        from apps.database.migrating.plan_table import print_json, print_table

        show = print_json if options["json"] else print_table
        operations = list(planned(self.connection, plan))
        if operations or options["json"]:
            show(operations, self.connection.vendor, self.stdout)
        else:
            self.stdout.write("No planned migration operations.")
        if plan and options["check_unapplied"]:
            sys.exit(1)

    def _plan_of(self, stage: Stage, options):
        with planning(stage):
            return self._get_plan(**options)

    def _apply(self, stage: Stage, options) -> None:
        # Not syzygy's handle, which would ask for the quorum again.
        with planning(stage):
            django_migrate.Command.handle(self, **options)

    def _run(self, stage: Stage, options) -> None:
        # Not imported to find that there is nothing to do.
        from apps.database.migrating.output import progress_on
        from apps.database.migrating.run import Run

        self.run = Run(
            self.connection,
            progress=(progress := progress_on(self.stdout, self.verbosity)),
            plan_of=lambda stage: self._plan_of(stage, options),
            apply=lambda stage: self._apply(stage, options),
            may_end=lambda orphan: options["reap"] or self._agrees_to_end(orphan),
            old_code_is_gone=options["old_code_is_gone"],
            fake=options["fake"],
            fix_invalid=options["fix_invalid"],
        )
        with progress.shown():
            self.run(stage)
        progress.say(f"Done. {SAFE}")

    def _agrees_to_end(self, orphan) -> bool:
        if not (self.interactive and sys.stdin.isatty()):
            return False
        return input(f"End {orphan}? [y/N] ").strip().lower() == "y"

    def migration_progress_callback(self, action, migration=None, fake=False):
        if action in ("apply_start", "unapply_start"):
            self.run.begin(migration, backwards=action.startswith("un"))
        elif action in ("apply_success", "unapply_success"):
            self.run.finish(migration, fake)
