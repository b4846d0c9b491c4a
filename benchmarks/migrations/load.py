"""Four clients that read and write all the time, and what they noticed of a migration."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import psycopg

THREADS = 4
STATEMENTS_PER_SECOND = 40
# Kind of statement → of a hundred.
MIX = {"insert": 30, "update": 30, "select": 40}
SAMPLE_SECONDS = 0.02
LARGEST_NUMBER = 1_000_000
LOCKS = """
SELECT DISTINCT l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'relation' AND l.relation = to_regclass(%s)
    AND a.datname = current_database()
    AND a.backend_type = 'client backend' AND a.application_name NOT IN ('load', 'reader')
"""


@dataclass(frozen=True)
class Seen:
    """Of one migration. Stalls count from its start, those that had not ended included."""

    # The longest statement of any client, and the longest time in which no write ended.
    stall_ms: int
    outage_ms: int
    # SQLSTATE → how often.
    errors: Counter
    # Of all statements, how many were quicker than 50 ms.
    quick_share: float
    # Of the table, as pg_locks names them.
    modes: frozenset[str]

    def __add__(self, other: "Seen") -> "Seen":
        return Seen(
            max(self.stall_ms, other.stall_ms),
            max(self.outage_ms, other.outage_ms),
            self.errors + other.errors,
            min(self.quick_share, other.quick_share),
            self.modes | other.modes,
        )


NOTHING_SEEN = Seen(0, 0, Counter(), 1.0, frozenset())


@dataclass
class Load:
    """`statements` holds the SQL of each kind, with %(id)s and %(n)s; ids go from 1 to `rows`."""

    url: str
    table: str
    statements: Mapping[str, str]
    rows: int
    # Each (when it ended, its kind, how many seconds it took).
    ended: list[tuple[float, str, float]] = field(default_factory=list)
    errors: Counter = field(default_factory=Counter)
    modes: set[str] = field(default_factory=set)

    def __enter__(self) -> "Load":
        self.stop = threading.Event()
        # When the statement began that each client waits for.
        self.waiting: dict[int, float] = {}
        targets = [(self._client, (number,)) for number in range(THREADS)]
        targets.append((self._sampler, ()))
        self.threads = [threading.Thread(target=one, args=args) for one, args in targets]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(10)

    def begin(self) -> None:
        """The migration starts: what was before is forgotten, but for who waits already."""
        self.began = time.monotonic()
        self.errors.clear()
        self.modes.clear()

    def seen(self) -> Seen:
        now = time.monotonic()
        ended = [one for one in list(self.ended) if one[0] >= self.began]
        took = [seconds for _, _, seconds in ended]
        hanging = [now - began for began in list(self.waiting.values())]
        writes = [self.began, *(when for when, kind, _ in ended if kind != "select"), now]
        gaps = [after - before for before, after in pairwise(writes)]
        quick = sum(seconds < 0.05 for seconds in took)
        return Seen(
            round(1000 * max([0, *took, *hanging])),
            round(1000 * max(gaps)),
            Counter(self.errors),
            quick / max(len(took), 1),
            frozenset(self.modes),
        )

    def _client(self, number: int) -> None:
        choose = random.Random(number)
        connection = self._connect("load")
        while not self.stop.is_set():
            pause = choose.uniform(0.5, 1.5) / STATEMENTS_PER_SECOND
            began = time.monotonic()
            self._ask(connection, choose, number)
            self.stop.wait(max(0, pause - (time.monotonic() - began)))
        connection.close()

    def _ask(self, connection, choose: random.Random, number: int) -> None:
        [kind] = choose.choices([*MIX], [*MIX.values()])
        numbers = {"id": choose.randint(1, self.rows), "n": choose.randint(0, LARGEST_NUMBER)}
        self.waiting[number] = began = time.monotonic()
        try:
            connection.execute(self.statements[kind], numbers)
        except psycopg.Error as error:
            self.errors[error.sqlstate or type(error).__name__] += 1
        now = time.monotonic()
        del self.waiting[number]
        self.ended.append((now, kind, now - began))

    def _sampler(self) -> None:
        connection = self._connect("load")
        while not self.stop.wait(SAMPLE_SECONDS):
            self.modes.update(mode for (mode,) in connection.execute(LOCKS, [self.table]))
        connection.close()

    def _connect(self, name: str) -> psycopg.Connection:
        # As Django has it by default: nothing is prepared on the server.
        options = {"application_name": name, "prepare_threshold": None}
        return psycopg.connect(self.url, autocommit=True, **options)
