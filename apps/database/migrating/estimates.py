"""How long a statement will take, by what earlier ones took.

Measured on one table's bytes per second, the median of the last ten of the same kind of work;
where there are none, by what was measured on a small machine, which is within a factor of three
for an index.
"""

from collections import defaultdict
from statistics import median

from apps.database.models import MigrationRun
from apps.database.observer import Kind, Statement

from .journal import verb_of
from .sizes import Size

RUNS = 200
SAMPLES = 10
# Less than this says more about the clock than about the work.
SHORTEST = 0.2
BRIEF_SECONDS = 0.05
# Seconds for a million rows, by the first words of the statement.
ASSUMED = {"CREATE INDEX": 1.5, "CREATE UNIQUE INDEX": 1.5, "ALTER TABLE": 0.3, "UPDATE": 23.0}


class Estimates:
    def __init__(self, connection):
        self.rates = _measured_rates(connection)

    def seconds(self, statement: Statement, size: Size) -> float:
        if statement.kind not in (Kind.ONLINE, Kind.BATCHED) or not size.rows:
            return BRIEF_SECONDS if statement.kind is Kind.BRIEF else 0.0
        verb = verb_of(statement.sql)
        if rates := self.rates.get(verb):
            return size.bytes / median(rates)
        return size.rows / 1e6 * _assumed("UPDATE" if statement.kind is Kind.BATCHED else verb)


def _assumed(verb: str) -> float:
    return next((cost for start, cost in ASSUMED.items() if verb.startswith(start)), 0.0)


def _measured_rates(connection) -> dict[str, list[float]]:
    """Bytes per second, newest first, for each kind of work."""
    if MigrationRun._meta.db_table not in connection.introspection.table_names():
        return {}
    rates = defaultdict(list)
    runs = MigrationRun.objects.using(connection.alias).filter(state=MigrationRun.State.DONE)
    for statements in runs.order_by("-started_at").values_list("statements", flat=True)[:RUNS]:
        for done in statements:
            verb = done.get("verb", "")
            long_enough = done["bytes"] and done["seconds"] >= SHORTEST
            if long_enough and len(rates[verb]) < SAMPLES:
                rates[verb].append(done["bytes"] / done["seconds"])
    return dict(rates)
