import os
from argparse import ArgumentTypeError
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from apps.backoffice.progress import Report
from apps.posts.seeding.conversation import NoPublishedPostError
from apps.posts.seeding.load import NotEmptyError, seed
from apps.posts.seeding.plan import Plan, today
from apps.users.demo import ids_of, next_user_id

PARALLEL_FROM = 100_000
"""Rows from which a second process is worth the second it takes to start."""


class Command(BaseCommand):
    help = (
        "Fill an empty database with people, posts and comments of a local paper. The same "
        "numbers, seed and --until give the same rows. Adds nothing where there are posts already."
    )

    def add_arguments(self, parser):
        parser.add_argument("--users", type=natural, default=200)
        parser.add_argument("--posts", type=natural, default=2_000)
        parser.add_argument("--comments", type=natural, default=8_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--content-bytes", type=natural, help="length of each text; by default, an article's"
        )
        parser.add_argument(
            "--until",
            type=moment,
            default=None,
            metavar="YYYY-MM-DD",
            help="the day the two years end before, in UTC; by default, today",
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, without a word, where posts are"
        )
        parser.add_argument(
            "--processes",
            type=int,
            help="processes that make rows on PostgreSQL; by default, one for each core",
        )

    def handle(self, **options):
        plan = plan_from(options)
        processes = options["processes"]
        if processes is None:
            many = plan.posts + plan.comments + plan.users >= PARALLEL_FROM
            processes = os.cpu_count() or 1 if many else 0
        # The bar draws lines that do not end.
        self.stdout.ending = ""
        try:
            with Report(self.stdout, quiet=options["verbosity"] == 0) as report:
                seed(plan, report, processes)
        except NotEmptyError as problem:
            if options["if_empty"]:
                return
            raise CommandError(f"{problem} Nothing was added or changed.") from None
        except NoPublishedPostError as problem:
            raise CommandError(f"{problem} Ask for more posts, or no comments.") from None
        except OperationalError as problem:
            if "lock timeout" not in str(problem):
                raise
            raise CommandError(
                "Somebody is using the tables; nothing was added. Stop the site and try again."
            ) from None


def plan_from(options: dict) -> Plan:
    if options["posts"] and not options["users"]:
        raise CommandError("Posts need authors: ask for some users.")
    if options["comments"] and not options["posts"]:
        raise CommandError("Comments need posts: ask for some posts.")
    return Plan(
        users=options["users"],
        posts=options["posts"],
        comments=options["comments"],
        seed=options["seed"],
        until=options["until"] or today(),
        content_bytes=options["content_bytes"],
        first_user=next_user_id(),
        authors=ids_of("Editor") + ids_of("Writer"),
        moderators=ids_of("Moderator"),
    )


def natural(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 100_000_000:
        raise ArgumentTypeError("must be between 0 and 100,000,000")
    return number


def moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError("must be a day such as 2026-01-01") from None
