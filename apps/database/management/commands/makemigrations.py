"""`makemigrations`: in stages, with columns that go quietly, and no question that nobody hears."""

import sys

from syzygy.management.commands import makemigrations

from apps.database.autodetector import Autodetector


class Command(makemigrations.Command):
    def handle(self, *app_labels, disable_syzygy: bool, **options):
        options["interactive"] = options["interactive"] and sys.stdin.isatty()
        if disable_syzygy:
            return super().handle(*app_labels, disable_syzygy=True, **options)
        # Of this run alone: Django wants `migrate` and this to name one, and `migrate` only looks.
        self.autodetector = Autodetector
        # Past syzygy's own, which puts its autodetector in the place of ours.
        return super(makemigrations.Command, self).handle(*app_labels, **options)
