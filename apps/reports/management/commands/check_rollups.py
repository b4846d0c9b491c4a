"""`manage.py check_rollups`"""

from django.core.management.base import BaseCommand, CommandError

from apps.reports.rollups.checking import check

SHOWN = 20


class Command(BaseCommand):
    help = "Prove that the kept totals are what the tables say, or name where they first differ."

    def handle(self, *args, verbosity, **options):
        days = left_out = 0
        for part in check():
            days, left_out = days + part.days, left_out + part.left_out
            if part.differences:
                further = "\n".join(map(str, part.differences[1:SHOWN]))
                raise CommandError(f"{part.differences[0]}\n{further}".strip())
        if verbosity:
            self.stdout.write(
                f"{days:,} days are what the tables say, {left_out:,} are to be computed yet."
            )
