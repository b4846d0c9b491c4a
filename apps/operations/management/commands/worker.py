from django.core.management.base import BaseCommand
from django_tasks_db.management.commands.db_worker import valid_interval

from apps.operations.worker import Worker


class Command(BaseCommand):
    help = (
        "Run periodic jobs and tasks until told to stop. Any number of workers may run, on any "
        "number of machines. SIGTERM and Ctrl-C let it finish the piece at hand; a second one "
        "does not."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--interval",
            type=valid_interval,
            default=1,
            metavar="SECONDS",
            help="How long to wait where there is nothing to do (default: %(default)s).",
        )
        parser.add_argument(
            "--until-idle",
            action="store_true",
            help="Do what is due now and exit; the database's first error ends it.",
        )

    def handle(self, *, interval, until_idle, **options):
        worker = Worker(interval=interval, until_idle=until_idle)
        worker.configure_signals()
        worker.run()
