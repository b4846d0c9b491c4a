"""`manage.py rebuild_search [--dictionary english]`"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.backoffice import counts
from apps.backoffice.progress import Report
from apps.posts import search
from apps.posts.models import Comment, Post


class Command(BaseCommand):
    help = "Make the full-text documents of all posts and comments anew."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dictionary",
            help="how PostgreSQL takes words apart from now on: simple (as they are), english, …",
        )

    def handle(self, *args, dictionary, verbosity, **options):
        if connection.vendor != "postgresql":
            raise CommandError(
                "Only PostgreSQL has full-text documents; here there is nothing to do."
            )
        if dictionary:
            try:
                search.use_dictionary(dictionary)
            except search.UnknownDictionary as error:
                raise CommandError(error) from error
        with Report(self.stdout, quiet=verbosity < 1) as report:
            for model in (Post, Comment):
                table = model._meta.db_table
                about = counts.about(model.objects.all()) or model.objects.count()
                with report.step(f"{table}_search", about) as step:
                    search.rebuild(table, step.advance)
