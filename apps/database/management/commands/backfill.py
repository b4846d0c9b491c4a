import json

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from apps.database import backfilling
from apps.database.backfilling import listing
from apps.database.backfilling.checkpoint import rows
from apps.database.migrating.interruption import INTERRUPTED, ended_in_order
from apps.database.migrating.journal import who
from apps.database.migrating.observers import observed_by
from apps.database.migrating.output import progress_on
from apps.database.migrating.reaching import reached
from apps.database.operations.finding import work_named


class Command(BaseCommand):
    help = (
        "List, run, pause and resume backfills: changes of many rows in short batches, which "
        "`migrate` begins. What is done stays done; one that was stopped goes on where it was."
    )

    def add_arguments(self, parser):
        parser.add_argument("--database", default="default")
        does = parser.add_subparsers(dest="do", required=True)
        listed = does.add_parser(
            "list", help="how far they are, how fast, and why one stands still"
        )
        listed.add_argument("--json", action="store_true")
        ran = does.add_parser("run", help="finish what is not done, without `migrate`")
        ran.add_argument("names", nargs="*", metavar="NAME", help="by default, all that are begun")
        for do, help_text in (("pause", "stop one after its batch"), ("resume", "let it go on")):
            one = does.add_parser(do, help=help_text)
            one.add_argument("name", metavar="NAME")
            one.add_argument("--by", default=who(), help="who; by default, %(default)s")
            if do == "pause":
                one.add_argument("--reason", default="")

    def handle(self, do, database, **options):
        self.connection = connections[database]
        with reached(self.connection):
            if not self._is_migrated():
                raise CommandError("There are no backfills: `manage.py migrate` has not run yet.")
            getattr(self, f"_{do}")(**options)

    def _is_migrated(self) -> bool:
        table = rows().model._meta.db_table
        return table in self.connection.introspection.table_names()

    def _list(self, **options):
        lines = listing.lines(self.connection.alias)
        if options["json"]:
            self.stdout.write(json.dumps(listing.as_json(lines), indent=2))
        else:
            self.stdout.write(listing.as_table(lines) if lines else "There are no backfills.")

    def _run(self, names, verbosity, **options):
        states = rows().model.State
        unfinished = rows(self.connection.alias).exclude(state=states.DONE)
        names = names or list(unfinished.order_by("id").values_list("name", flat=True))
        if not names:
            self.stdout.write("Every backfill is done.")
        try:
            with ended_in_order():
                for name in names:
                    self._run_one(name, verbosity)
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. What was done is kept; run it again, and it goes on.")
            raise SystemExit(INTERRUPTED) from None

    def _run_one(self, name: str, verbosity: int) -> None:
        row = rows(self.connection.alias).filter(name=name).first()
        if row is None:
            raise CommandError(f"No {name} was begun; `manage.py backfill list` shows what was.")
        if row.state == row.State.PAUSED:
            raise backfilling.BackfillPaused(name, row.note)
        work = work_named(self.connection, name)
        if work is None:
            raise CommandError(f"{name} is part of another operation: `manage.py migrate` ends it.")
        progress = progress_on(self.stdout, verbosity)
        with observed_by(self.connection, progress), progress.shown():
            progress.begin(name, 1, 1)
            changed = backfilling.run(work, patience_seconds=0)
            progress.finish(f"OK, {changed:,} rows changed")

    def _pause(self, name, by, reason, **options):
        self._turn(backfilling.pause, name, by, reason)
        self.stdout.write(f"{name} stops after its batch. `manage.py backfill resume {name}`")

    def _resume(self, name, by, **options):
        self._turn(backfilling.resume, name, by)
        self.stdout.write(
            f"{name} may go on: at once where `migrate` waits for it, else by the next `migrate` "
            f"or `manage.py backfill run {name}`."
        )

    def _turn(self, turn, *facts) -> None:
        try:
            turn(*facts, using=self.connection.alias)
        except backfilling.NotUnderWay as problem:
            raise CommandError(str(problem)) from None
