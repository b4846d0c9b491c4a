"""Index builds of PostgreSQL, phase by phase."""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from .fetching import fetch_all

# The phases of CREATE INDEX CONCURRENTLY in their order, each with what measures it.
# https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PHASES
PHASES = (
    ("waiting for writers before build", "Wait for writers to finish", "lockers"),
    ("building index: scanning table", "Scan the table", "blocks"),
    ("building index: sorting live tuples", "Sort", "tuples"),
    ("building index: loading tuples in tree", "Load", "tuples"),
    ("waiting for writers before validation", "Wait for writers again", "lockers"),
    ("index validation: scanning index", "Validate: scan index", "blocks"),
    ("index validation: sorting tuples", "Validate: sort", "tuples"),
    ("index validation: scanning table", "Validate: scan table", "blocks"),
    ("waiting for old snapshots", "Wait for old snapshots", "lockers"),
)
MEASURES = {name: measure for name, _label, measure in PHASES}
BUILDS = """
SELECT build.pid, coalesce(build.relid::regclass::text, ''),
    coalesce(index.relname, ''), coalesce(build.command, ''), coalesce(build.phase, ''),
    build.blocks_done, build.blocks_total, build.tuples_done, build.tuples_total,
    build.lockers_done, build.lockers_total, nullif(build.current_locker_pid, 0),
    extract(epoch FROM clock_timestamp() - activity.query_start)::float
FROM pg_stat_progress_create_index AS build
LEFT JOIN pg_class AS index ON index.oid = build.index_relid
LEFT JOIN pg_stat_activity AS activity USING (pid)
WHERE build.datname = current_database() ORDER BY build.pid
"""


@dataclass(frozen=True)
class Build:
    """One index being built. A role without `pg_read_all_stats` knows of those of other roles
    that they are there, and no more: names and phase are empty then.
    """

    pid: int
    table: str
    index: str
    command: str
    phase: str
    # Of `unit`, in this phase alone: the server gives no total over all phases.
    done: int
    total: int
    unit: str
    waits_for_pid: int | None
    seconds: float | None

    @property
    def percent(self) -> int | None:
        """Of this phase; None where it has no measure. Estimates may be passed: at most 100."""
        return min(100 * self.done // self.total, 100) if self.total else None

    @property
    def step(self) -> int | None:
        """The phase's place in `PHASES`; None in a build of another kind."""
        names = [name for name, _label, _measure in PHASES]
        return names.index(self.phase) if self.phase in names else None


def builds(connection: BaseDatabaseWrapper) -> list[Build]:
    """Those that run in this database now."""
    return [_build(row) for row in fetch_all(connection, BUILDS)]


def _build(row: tuple) -> Build:
    *names, phase = row[:5]
    unit = MEASURES.get(phase, "lockers" if phase.startswith("waiting") else "blocks")
    done, total = dict(zip(("blocks", "tuples", "lockers"), _pairs(row[5:11]), strict=True))[unit]
    return Build(*names, phase, done, total, unit, *row[11:])


def _pairs(counts: tuple) -> list[tuple[int, int]]:
    return [(counts[at] or 0, counts[at + 1] or 0) for at in (0, 2, 4)]
