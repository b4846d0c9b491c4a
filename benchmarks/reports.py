"""`make bench-reports`: what report pages cost at each size, and downloads beside COPY."""

import argparse
import re
import statistics
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg

from benchmarks.lists import add_person, database, manage
from benchmarks.peers import Product
from benchmarks.processor import processor_ms
from benchmarks.sample import read_sample
from benchmarks.server import Server

ANALYST = "bench-analyst@example.com"
EMPTY_PAGE = "/admin/password_change/"
LINK = re.compile(r'href="/admin/reports/([a-z-]+)/')
DAYS = 365
LAST_DAY = date(2026, 1, 1)
# What the download of the posts' list has, without its care for formulas.
COPY = """COPY (
    SELECT p.id, p.title, p.slug, p.status, p.kind, u.name, c.name, p.comment_count,
        p.created_at, p.published_at
    FROM posts p JOIN users u ON u.id = p.author_id LEFT JOIN categories c ON c.id = p.category_id
    WHERE p.deleted_at IS NULL ORDER BY p.id
) TO STDOUT (FORMAT csv)"""
# Reading a year of one number, and its table's HTML by joining strings: the floor of a report.
TOTALS = """SELECT day, value FROM reports_dailytotal
    WHERE metric = 'posts.published' AND dimension = '' AND day >= %s AND day < %s ORDER BY day"""


class Analyst(Product):
    """The product, asked by who may read every report."""

    email = ANALYST


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.reports", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=15, help="pages of each report")
    parser.add_argument("--content-bytes", type=int, default=300)
    parser.add_argument("--data", type=Path, help="PostgreSQL's folder, kept and used again")
    return parser.parse_args()


def windows(turns: int) -> list[str]:
    """Addresses of as many years, each a day earlier: no answer is in the cache yet."""
    found = []
    for turn in range(turns):
        last = LAST_DAY - timedelta(days=turn)
        found.append(f"?start={last - timedelta(days=DAYS - 1)}&end={last}")
    return found


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1_000


def page_ms(peer: Product, addresses: list[str]) -> tuple[float, float]:
    """The median, and processor milliseconds of a page; the first three are the warm-up's."""
    times, used = [], 0.0
    peer.client.close()
    for turn, address in enumerate([*addresses[:3], *addresses]):
        if turn == 3:
            used = processor_ms(peer.process.pid)
        started = time.perf_counter()
        status, body = peer.client("GET", address)
        if status != 200:
            raise RuntimeError(f"{address} gave {status}: {body[:300]!r}")
        if turn >= 3:
            times.append((time.perf_counter() - started) * 1_000)
    used = processor_ms(peer.process.pid) - used
    return statistics.median(times), used / len(addresses)


def floor_ms(url: str, turns: int) -> float:
    with psycopg.connect(url, autocommit=True) as connection:

        def read(turn: int) -> str:
            last = LAST_DAY - timedelta(days=turn)
            rows = connection.execute(TOTALS, [last - timedelta(days=DAYS), last]).fetchall()
            return "".join(f"<tr><td>{day}</td><td>{value}</td></tr>" for day, value in rows)

        return statistics.median([timed(lambda turn=turn: read(turn)) for turn in range(turns)])


def reports(peer: Product, url: str, turns: int) -> None:
    _, index = peer.client("GET", "/admin/reports/")
    slugs = sorted(set(LINK.findall(index.decode())))
    empty, _ = page_ms(peer, [EMPTY_PAGE] * turns)
    print(
        f"  empty admin page {empty:.1f} ms; a year of one number, raw {floor_ms(url, turns):.2f}"
    )
    print(f"  {'report':<16} {'uncached ms':>12} {'cpu ms':>8} {'cached ms':>10} {'x empty':>8}")
    for slug in slugs:
        try:
            fresh, used = page_ms(
                peer, [f"/admin/reports/{slug}/{one}" for one in windows(turns + 3)[3:]]
            )
            kept, _ = page_ms(peer, [f"/admin/reports/{slug}/{windows(1)[0]}"] * turns)
        except RuntimeError as problem:
            print(f"  {slug:<16} {problem}"[:150])
            continue
        print(
            f"  {slug:<16} {fresh:12.1f} {used:8.1f} {kept:10.1f} {kept / empty:8.1f}", flush=True
        )


# Downloads


def resident_mb(root: int) -> float:
    """Of the largest process that was started from this one."""
    command = ["ps", "-eo", "pid,ppid,rss", "--no-headers"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    family = {root}
    for _ in range(4):
        family |= {pid for pid, parent, _ in rows if parent in family}
    return max(rss for pid, _, rss in rows if pid in family) / 1024


def copy_ms(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        started = time.perf_counter()
        with connection.cursor().copy(COPY) as copy:
            for _ in copy:
                pass
        return (time.perf_counter() - started) * 1_000


def downloads(peer: Product, url: str) -> None:
    before = resident_mb(peer.process.pid)
    pairs = []
    for _ in range(3):
        limit = copy_ms(url)
        # The server has closed it by now.
        peer.client.close()
        started = time.perf_counter()
        status, body = peer.client("GET", "/admin/posts/post/export/")
        took = (time.perf_counter() - started) * 1_000
        if status != 200:
            raise RuntimeError(f"The download gave {status}: {body[:300]!r}")
        pairs.append((took, limit))
    took, limit = (statistics.median(side) for side in zip(*pairs, strict=True))
    more = resident_mb(peer.process.pid) - before
    lines, size_mb = body.count(b"\n"), len(body) / 1e6
    print(f"  CSV of {lines:,} lines, {size_mb:.0f} MB: {took:,.0f} ms; COPY alone {limit:,.0f} ms")
    print(f"  {took / limit:.2f} x (bar: 1.5); {more:.0f} MB more memory (bar: 150)", flush=True)


def refresh(url: str) -> None:
    """All rollups from nothing, and then one day."""
    for title, command in (
        ("all rollups", ["refresh_rollups", "--all"]),
        ("nothing to do", ["refresh_rollups"]),
    ):
        print(
            f"  {title}: {timed(lambda command=command: manage(url, *command)) / 1_000:.1f} s",
            flush=True,
        )


def main() -> None:
    options = arguments()
    with Server(options.data) as server:
        for rows in sorted(options.rows):
            url = database(server, rows, options.content_bytes)
            add_person(url, ANALYST, "Bench Analyst", "Analyst")
            print(f"\n{rows:,} posts", flush=True)
            refresh(url)
            with Analyst(url, read_sample(url)) as peer:
                reports(peer, url, options.turns)
                downloads(peer, url)


if __name__ == "__main__":
    main()
