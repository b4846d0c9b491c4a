"""What PostgreSQL says of migrations: builds by phase, who waits for whom, what was left behind."""

from dataclasses import dataclass, field

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from apps.database.builds import PHASES, Build, builds
from apps.database.fetching import fetch_one
from apps.database.leftovers import invalid_indexes, unvalidated_constraints
from apps.database.locks import Holder, Waiter, blockers_of, missing_grant, waiters
from apps.database.migrating.lock import LOCK_NAME
from apps.monitoring.migrating.builds_before import last_build
from apps.monitoring.migrating.wording import counted, seconds_in_words

WAITERS_SHOWN = 10
INDEX, CONSTRAINT = "Invalid index", "Not validated"
AT_ONCE = "SET LOCAL lock_timeout = '250ms'"
HIDDEN = "its statement may not be seen"
MIGRATING = """
SELECT count(*) > 0 FROM pg_stat_activity
WHERE datname = current_database() AND starts_with(application_name, %s)
"""


@dataclass(frozen=True)
class Phase:
    """`css` is done, now or todo; `percent` is of this phase, None where it has no measure."""

    label: str
    css: str = "todo"
    percent: int | None = None
    value: str = ""


@dataclass(frozen=True)
class Building:
    title: str
    seconds: str
    waits_for: int | None
    phases: list[Phase]
    # How long the last one of its size took, and when; empty if there was none.
    before: str = ""


@dataclass(frozen=True)
class Wait:
    who: str
    pid: int
    statement: str
    lock: str
    waits_for: list[str]
    since: str


@dataclass(frozen=True)
class Leftover:
    name: str
    kind: str
    table: str
    definition: str
    remedy: str


@dataclass(frozen=True)
class Server:
    """`grant` is what lets this role see the statements of others; empty when it can."""

    is_migrating: bool
    builds: list[Building] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    said: str = ""
    grant: str = ""


def server(connection: BaseDatabaseWrapper) -> Server | None:
    """None on SQLite: one file, one writer, nobody to be kept waiting."""
    if connection.vendor != "postgresql":
        return None
    found = leftovers(connection)
    return Server(
        is_migrating=is_migrating(connection),
        builds=[building(connection, one) for one in builds(connection)],
        waits=[wait(connection, one) for one in waiters(connection)[:WAITERS_SHOWN]],
        leftovers=found or [],
        said=in_short(found),
        grant=missing_grant(connection),
    )


def leftovers(connection: BaseDatabaseWrapper) -> list[Leftover] | None:
    """None while somebody has locked a table of theirs: what a constraint says is read of it."""
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(AT_ONCE)
            indexes = [one for one in invalid_indexes(connection) if one.builder_pid is None]
            constraints = unvalidated_constraints(connection)
    except OperationalError:
        return None
    return [
        *(Leftover(one.name, INDEX, one.table, "", one.remedy) for one in indexes),
        *(
            Leftover(one.name, CONSTRAINT, one.table, one.definition, one.remedy)
            for one in constraints
        ),
    ]


def in_short(found: list[Leftover] | None) -> str:
    if found is None:
        return "a table is locked, so that what was left behind cannot be read"
    indexes = sum(one.kind == INDEX for one in found)
    constraints = len(found) - indexes
    return (
        f"{counted(indexes, 'invalid index', 'invalid indexes')}, "
        f"{counted(constraints, 'constraint', 'constraints')} not yet validated"
    )


def is_migrating(connection: BaseDatabaseWrapper) -> bool:
    """A run whose process was killed still says that it runs."""
    return fetch_one(connection, MIGRATING, [LOCK_NAME])[0]


def building(connection: BaseDatabaseWrapper, build: Build) -> Building:
    title = f"{build.index} on {build.table}" if build.table else f"by pid {build.pid}"
    return Building(
        title,
        seconds_in_words(build.seconds),
        build.waits_for_pid,
        phases(build),
        last_build(connection, build),
    )


def phases(build: Build) -> list[Phase]:
    """All of them, or the one that is known of a build of another kind."""
    now = Phase("", "now", build.percent, f"{build.done:,} of {build.total:,} {build.unit}")
    if build.step is None:
        return [Phase(build.phase.capitalize() or HIDDEN.capitalize(), "now", now.percent)]
    labels = [label for _name, label, _unit in PHASES]
    return [
        *(Phase(label, "done", 100) for label in labels[: build.step]),
        Phase(labels[build.step], "now", now.percent, now.value if build.total else ""),
        *(Phase(label) for label in labels[build.step + 1 :]),
    ]


def wait(connection: BaseDatabaseWrapper, waiter: Waiter) -> Wait:
    return Wait(
        who=waiter.name or waiter.user or "a session",
        pid=waiter.pid,
        statement=waiter.query or HIDDEN,
        lock=" on ".join(filter(None, [waiter.lock, waiter.table])),
        waits_for=[in_words(one) for one in blockers_of(connection, waiter.pid)],
        since=seconds_in_words(waiter.seconds),
    )


def in_words(holder: Holder) -> str:
    return str(holder)[:300]
