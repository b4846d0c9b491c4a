"""What an index build like one that runs has taken before."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.formats import date_format
from django.utils.timezone import localtime

from apps.database.builds import Build
from apps.database.migrating.sizes import size_of
from apps.database.models import MigrationRun
from apps.monitoring.migrating.wording import seconds_in_words

RUNS = 200
# As one index of a table is to another: half as large, or twice.
ALIKE = 2


def last_build(connection: BaseDatabaseWrapper, build: Build) -> str:
    """Of a table of its size: "21 min, on 3 November 2026"; empty if there was none."""
    size = size_of(connection, build.table.strip('"')).bytes
    done = MigrationRun.objects.filter(state=MigrationRun.State.DONE, finished_at__isnull=False)
    runs = done.order_by("-started_at", "-id").values_list("finished_at", "statements")
    for finished_at, statements in runs[:RUNS] if size else ():
        for one in reversed(statements):
            if is_build(one) and size / ALIKE <= one["bytes"] <= size * ALIKE:
                day = date_format(localtime(finished_at), "j F Y")
                return f"{seconds_in_words(one['seconds'])}, on {day}"
    return ""


def is_build(statement: dict) -> bool:
    return statement.get("verb", "").startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))
