"""One case on one side: a database of its own, the clients, the reader, the migration."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from apps.database.locks import STRENGTHS
from benchmarks.server import Server

from .cases import IMPORTS, Case
from .load import NOTHING_SEEN, Load, Seen
from .scratch import FILL, OURS, STOCK, Scratch
from .steps import Step

TABLE = "blog_post"
WARM_SECONDS = 1.0
COOL_SECONDS = 1.0
ALONE_SECONDS = 20.0
# A migration that takes longer is stopped.
LIMIT_SECONDS = 900
DATABASE = "scratch"


@dataclass
class Ran:
    """A migration, and what the clients saw of it."""

    seen: Seen = NOTHING_SEEN
    seconds: float = 0.0
    code: int = 0
    output: str = ""
    # Locks that clients met and the plan had not spoken of.
    unforeseen: frozenset[str] = frozenset()

    def __add__(self, other: "Ran") -> "Ran":
        return Ran(
            self.seen + other.seen,
            self.seconds + other.seconds,
            self.code or other.code,
            self.output + other.output,
            self.unforeseen | other.unforeseen,
        )


@dataclass
class Bench:
    server: Server
    sides: Mapping[str, Scratch]
    rows: int

    def prepare(self) -> None:
        """A database with rows for each side, from which those of the cases are copied."""
        self.execute("postgres", f"CREATE DATABASE {STOCK.template}")
        self.finish(self.sides["stock"].migrate("-v0", database=STOCK.template))
        for statement in FILL:
            self.execute(STOCK.template, statement.format(rows=self.rows))
        self.execute("postgres", f"CREATE DATABASE {OURS.template} TEMPLATE {STOCK.template}")
        self.sides["ours"].write([], IMPORTS)
        self.finish(self.sides["ours"].migrate("-v0", "database", database=OURS.template))

    def fresh(self, side: str) -> None:
        """The database of the next case."""
        self.execute("postgres", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        template = self.sides[side].side.template
        self.execute("postgres", f"CREATE DATABASE {DATABASE} TEMPLATE {template}")
        self.execute(DATABASE, "CHECKPOINT")

    def run(self, case: Case, side: str) -> Ran:
        """All steps up, then down again if the case says so."""
        steps = case.ours if side == "ours" else case.by_stock
        imports = IMPORTS if side == "ours" else case.stock_imports
        self.fresh(side)
        self.sides[side].write(steps, imports)
        ran = Ran()
        for number, step in enumerate(steps, 2):
            ran += self.step(side, f"{number:04}", step, case.reader_seconds)
            if ran.code:
                return ran
        if case.and_down:
            ran += self.step(side, "0001", steps[0], case.reader_seconds)
        return ran

    def alone(self) -> Seen:
        """The clients without any migration: what the machine itself makes them wait."""
        self.fresh("stock")
        with self.load(Step("")) as load:
            load.begin()
            time.sleep(ALONE_SECONDS)
            return load.seen()

    def step(self, side: str, target: str, step: Step, reader_seconds: float = 0) -> Ran:
        foreseen = self.foreseen(target) if side == "ours" else STRENGTHS
        with self.load(step) as load, self.reader(reader_seconds):
            load.begin()
            began = time.monotonic()
            code, output = self.finish(
                self.sides[side].migrate("blog", target, database=DATABASE), check=False
            )
            seconds = time.monotonic() - began
            time.sleep(COOL_SECONDS)
            seen = load.seen()
            unforeseen = frozenset(map(in_words, seen.modes)) - set(foreseen)
            return Ran(seen, seconds, code, output, unforeseen)

    def foreseen(self, target: str) -> Sequence[str]:
        """The locks of the plan, and whatever is weaker than the strongest of them."""
        arguments = ["blog", target, "--plan", "--json"]
        _, output = self.finish(self.sides["ours"].migrate(*arguments, database=DATABASE))
        plan = json.loads(output)["operations"]
        locks = [STRENGTHS.index(row["lock"]) for row in plan if row["lock"] in STRENGTHS]
        return STRENGTHS[: max(locks, default=0) + 1]

    @contextmanager
    def load(self, step: Step) -> Iterator[Load]:
        with Load(self.server.url(DATABASE), TABLE, statements(step.columns), self.rows) as load:
            time.sleep(WARM_SECONDS)
            yield load

    @contextmanager
    def reader(self, seconds: float) -> Iterator[None]:
        """Somebody who reads the table and stays in the transaction."""
        if not seconds:
            yield
            return
        url = self.server.url(DATABASE)
        with psycopg.connect(url, application_name="reader") as connection:
            connection.execute(f"SELECT id FROM {TABLE} LIMIT 1")
            timer = threading.Timer(seconds, connection.rollback)
            timer.start()
            yield
            timer.join()

    def finish(self, process: subprocess.Popen, *, check: bool = True) -> tuple[int, str]:
        try:
            output, _ = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        if check and process.returncode:
            raise RuntimeError(output)
        return process.returncode, output

    def execute(self, database: str, sql: str) -> list[tuple]:
        url = self.server.url(database)
        with psycopg.connect(url, autocommit=True, application_name="bench") as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


def in_words(mode: str) -> str:
    """ShareUpdateExclusiveLock → SHARE UPDATE EXCLUSIVE"""
    return " ".join(re.findall("[A-Z][a-z]+", mode.removesuffix("Lock"))).upper()


def statements(columns: Mapping[str, str]) -> dict[str, str]:
    """As Django writes them: every column of the model is named."""
    names, values = ", ".join(columns), ", ".join(columns.values())
    changes = ", ".join(f"{name} = {value}" for name, value in columns.items() if name != "slug")
    return {
        "insert": f"INSERT INTO {TABLE} ({names}) VALUES ({values})",
        "update": f"UPDATE {TABLE} SET {changes} WHERE id = %(id)s",
        "select": f"SELECT id, {names} FROM {TABLE} WHERE id = %(id)s",
    }
