"""`make bench-reports`: what report pages cost at each size, and downloads beside COPY."""

import argparse
import json
import os
import statistics
import time
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from benchmarks import entries
from benchmarks.downloading import downloads
from benchmarks.lists import add_person, database, manage
from benchmarks.peers import ROOT
from benchmarks.report_pages import HEADS, Analyst, Times, growth, inside, line, pages
from benchmarks.sample import read_sample
from benchmarks.server import Server


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.reports", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3, help="blocks of each report")
    parser.add_argument("--reports", nargs="+", default=[], metavar="SLUG", help="only these")
    parser.add_argument(
        "--last-day", type=date.fromisoformat, default=date(2026, 1, 1), help="of the year shown"
    )
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--downloads", type=int, default=3, help="of each file")
    parser.add_argument("--content-bytes", type=int, default=300)
    parser.add_argument("--data", type=Path, help="PostgreSQL's folder, kept and used again")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "bench-reports.json")
    return parser.parse_args()


def bring_up_to_date(peer: Analyst, server: Server, options) -> None:
    more = ["--from", str(entries.FIRST)] if entries.fill(peer.url) else []
    started = time.perf_counter()
    manage(peer.url, "refresh_rollups", "-v0", *more)
    print(f"  totals brought up to date in {time.perf_counter() - started:.1f} s", flush=True)


def timed_pages(peer: Analyst, server: Server, options) -> dict[str, Times]:
    print(HEADS)
    found = {}
    for slug, times in pages(peer, server, options.rounds, options.last_day, options.reports):
        found[slug] = times
        print(f"  {line(slug, times)}", flush=True)
    return found


def timed_day(peer: Analyst, server: Server, options) -> list[list[float]]:
    found = inside(peer, "day", str(options.last_day - timedelta(days=100)))
    by_clock, used = (statistics.median(side) for side in zip(*found, strict=True))
    print(
        f"  one dirty day: {by_clock:.0f} ms of SQL, {used:.0f} of processor time (bar: 200); "
        f"load {load()}",
        flush=True,
    )
    return found


def timed_downloads(peer: Analyst, server: Server, options) -> list[str]:
    found = [str(one) for one in downloads(peer, options.downloads)]
    for one in found:
        print(f"  {one}; load {load()}", flush=True)
    return found


PARTS = {
    "totals": bring_up_to_date,
    "pages": timed_pages,
    "day": timed_day,
    "downloads": timed_downloads,
}


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    options = arguments()
    by_size, kept = {}, {}
    with Server(options.data) as server:
        for rows in sorted(options.rows):
            url = database(server, rows, options.content_bytes)
            add_person(url, Analyst.email, "Bench Analyst", "Analyst")
            print(f"\n{rows:,} posts", flush=True)
            with Analyst(url, read_sample(url)) as peer:
                found = {name: PARTS[name](peer, server, options) for name in options.parts}
            kept[rows] = found
            by_size[rows] = found.get("pages", {})
            options.json.parent.mkdir(exist_ok=True)
            options.json.write_text(json.dumps(kept, indent=1, default=asdict))
    if len(by_size) > 1 and "pages" in options.parts:
        print("\n" + "\n".join(growth(by_size)))


if __name__ == "__main__":
    main()
