"""How report pages are asked for and timed, each beside its rows read raw and an empty page."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import psycopg

from benchmarks.measure import BLOCK, Conditions, Result
from benchmarks.peers import ROOT, Peer, Product
from benchmarks.server import Server, clean_environment

EMPTY_PAGE = "/admin/password_change/"
LINK = re.compile(r'href="/admin/reports/([a-z-]+)/')
DAYS = 365
DATELESS = ("author", "top-authors")
WARM_UP = 2
# What a person has written is not a matter of how many others there are.
AUTHORS = "SELECT author FROM reports_authortotal ORDER BY abs(posts - 40), author LIMIT 200"


class Analyst(Product):
    """The product, asked by who may read every report."""

    email = "bench-analyst@example.com"


class Raw(Peer):
    """`statements`: what each report reads, by its address here, `calendar/week`."""

    name = "raw"

    def __init__(self, url: str, statements: dict[str, list[str]]):
        super().__init__(url, None)
        self.statements = Path(tempfile.gettempdir()) / f"copydesk-bench-{self.port}.json"
        self.statements.write_text(json.dumps(statements))

    def environment(self) -> dict[str, str]:
        return super().environment() | {"STATEMENTS": str(self.statements)}

    def command(self) -> list[str]:
        config = str(ROOT / "benchmarks" / "gunicorn_config.py")
        return [sys.executable, "-m", "gunicorn", "-c", config, "benchmarks.report_limit:app"]


def results() -> dict[str, Result]:
    names = ("raw weeks", "weeks", "raw days", "days", "cached", "empty")
    return {name: Result() for name in names}


@dataclass
class Times:
    """One report's pages by week and by day with nothing kept, each beside its rows read raw; from
    the cache, and an empty page beside it.
    """

    of: dict[str, Result] = field(default_factory=results)
    rows: int = 0
    queries: int = 0

    def ratios(self, name: str, other: str) -> tuple[float, float]:
        """Of medians, and of processor time, which is what to read when the machine was busy."""
        one, two = self.of[name], self.of[other]
        return one.median / two.median, one.processor / two.processor


class Addresses:
    """Addresses of one report for which no answer is kept: of another window, or author, each."""

    def __init__(self, slug: str, last_day: date, authors: list[int]):
        self.slug, self.last_day, self.authors = slug, last_day, authors
        # These take neither days nor a granularity.
        one = count()
        self.turns = {"week": one, "day": one if slug in DATELESS else count()}

    def next(self, granularity: str) -> str:
        turn = next(self.turns[granularity])
        return f"/admin/reports/{self.slug}/?{self.query(turn, granularity)}"

    def query(self, turn: int, granularity: str = "week") -> str:
        match self.slug:
            case "author":
                return f"author={self.authors[turn % len(self.authors)]}"
            case "top-authors":
                # The same hundred people, give or take a few.
                return f"min_posts={1 + turn % 10}&limit={100 + turn // 10}"
        last = self.last_day - timedelta(days=turn)
        start = last - timedelta(days=DAYS - 1)
        return f"start={start}&end={last}&granularity={granularity}"


def inside(peer: Product, *arguments: str):
    command = [sys.executable, "-m", "benchmarks.inside", *arguments]
    environment = clean_environment() | peer.environment()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def read_authors(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [author for (author,) in connection.execute(AUTHORS).fetchall()]


def pages(
    peer: Product, server: Server, rounds: int, last_day: date, only: list[str]
) -> Iterator[tuple[str, Times]]:
    # The server has closed it while the totals were computed.
    peer.client.close()
    _, index = peer.client("GET", "/admin/reports/")
    slugs = sorted(set(LINK.findall(index.decode())))
    authors = read_authors(peer.url)
    asked = {slug: Addresses(slug, last_day, authors) for slug in slugs if slug in (only or slugs)}
    sent = {kind: statements_of(peer, asked, kind) for kind in ("week", "day")}
    by_address = {f"{slug}/{kind}": one for kind, of in sent.items() for slug, one in of.items()}
    with Raw(peer.url, by_address) as limit:
        # Pages that stand in the index and are no reports are not timed.
        for slug in sent["week"]:
            yield slug, one_report(slug, asked[slug], peer, limit, server, rounds)


def statements_of(peer: Product, asked: dict[str, Addresses], kind: str) -> dict[str, list[str]]:
    """Of each report; by day some read more rows than by week."""
    queries = {slug: addresses.query(0, kind) for slug, addresses in asked.items()}
    return inside(peer, "statements", json.dumps(queries))


def one_report(slug, addresses, peer, limit, server, rounds) -> Times:
    times = Times()

    def run(name: str, asked: Peer, address: Callable[[], str]) -> None:
        block(asked, address, times.of[name], Conditions(peer.url, server.process.pid, 0))

    for _ in range(rounds):
        kept = addresses.next("day")
        for kind in ("week", "day"):
            run(f"raw {kind}s", limit, lambda kind=kind: f"/{slug}/{kind}")
            run(f"{kind}s", peer, lambda kind=kind: addresses.next(kind))
        run("cached", peer, lambda kept=kept: kept)
        run("empty", peer, lambda: EMPTY_PAGE)
    for one in (limit, peer):
        one.client.close()
    times.rows = limit.client("GET", f"/{slug}/week")[1].count(b"<tr>")
    times.queries = len(server.statements_of(lambda: answered(peer, addresses.next("week"))))
    return times


def block(peer: Peer, address: Callable[[], str], result: Result, conditions: Conditions) -> None:
    # The server has closed it, if the others took longer than its patience.
    peer.client.close()
    for _ in range(WARM_UP):
        answered(peer, address())
    used = conditions.processor_ms(peer)
    result.times += [answered(peer, address()) for _ in range(BLOCK)]
    result.processor_ms += conditions.processor_ms(peer) - used
    result.processor_requests += BLOCK


def answered(peer: Peer, address: str) -> float:
    started = time.perf_counter()
    status, body = peer.client("GET", address)
    took = (time.perf_counter() - started) * 1_000
    if status != 200:
        raise RuntimeError(f"{address} gave {status}: {body[:300]!r}")
    return took


HEADS = """\
 report           rows  raw ms        by week          by day          cached  queries
                                ms  (x raw, of cpu)              (x empty, cpu)
 bars                                   <= 8            <= 8          <= 1.5    <= 15"""


def line(slug: str, times: Times) -> str:
    def with_ratios(name: str, other: str) -> str:
        wall, cpu = times.ratios(name, other)
        return f"{times.of[name].median:6.1f} ({wall:.1f}, {cpu:.1f})"

    pages = [
        with_ratios("weeks", "raw weeks"),
        with_ratios("days", "raw days"),
        with_ratios("cached", "empty"),
    ]
    return (
        f"{slug:<14} {times.rows:6,} {times.of['raw weeks'].median:7.2f} {'  '.join(pages)} "
        f"{times.queries:6}   load {os.getloadavg()[0]:.1f}"
    )


def growth(by_size: dict[int, dict[str, Times]]) -> Iterator[str]:
    """The largest beside the smallest size, by the clock and in processor time."""
    first, last = min(by_size), max(by_size)
    yield f"report          by week      by day   ({last:,} posts / {first:,}; bar: 1.5)"
    for slug, times in by_size[last].items():
        if slug in by_size[first]:
            before = by_size[first][slug].of
            found = [
                (times.of[name].median / before[name].median,
                 times.of[name].processor / before[name].processor)
                for name in ("weeks", "days")
            ]  # fmt: skip
            yield f"{slug:<14} " + "  ".join(f"{wall:.2f} ({cpu:.2f})" for wall, cpu in found)
