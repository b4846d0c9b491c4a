"""`make bench-migrations`: what clients notice of migrations, under stock Django and ours."""

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.report import table
from benchmarks.server import Server

from .cases import CASES, Case
from .checks import CHECKS, Missed
from .runs import Bench, Ran
from .scratch import OURS, STOCK, Scratch

# Nobody may stand still for longer, whatever the machine does besides.
STALL_MS, OUTAGE_MS = 250, 300
HEAD = ["operation", "stock ms", "errors", "ours ms", "errors", "outage", "took s", "locks", ""]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.migrations", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", default=[""], help="names that contain one of these")
    parser.add_argument("--output", action="store_true", help="print what `migrate` prints")
    return parser.parse_args()


def is_wanted(name: str, options: argparse.Namespace) -> bool:
    return any(part in name for part in options.only)


def row(name: str, stock: Ran, ours: Ran) -> list[str]:
    seen = ours.seen
    good = seen.stall_ms <= STALL_MS and seen.outage_ms <= OUTAGE_MS and not seen.errors
    return [
        name,
        f"{stock.seen.stall_ms:,}",
        errors(stock),
        f"{seen.stall_ms:,}",
        errors(ours),
        f"{seen.outage_ms:,}",
        f"{ours.seconds:.1f}",
        ", ".join(sorted(ours.unforeseen)) or "as planned",
        "pass" if good and not ours.code and not ours.unforeseen else "MISS",
    ]


def errors(ran: Ran) -> str:
    """Those of the clients, and the exit code if it is not 0."""
    of_clients = [f"{code}×{number}" for code, number in ran.seen.errors.items()]
    return " ".join([*of_clients, *([f"exit {ran.code}"] if ran.code else [])]) or "0"


def report_alone(bench: Bench) -> None:
    """At both ends: on a machine with other work the figures between them hold that too."""
    seen = bench.alone()
    print(f"Without a migration: {seen.stall_ms} ms, outage {seen.outage_ms} ms", flush=True)


def compare(bench: Bench, cases: Iterable[Case], *, with_output: bool) -> list[list[str]]:
    rows = []
    for case in cases:
        stock, ours = bench.run(case, "stock"), bench.run(case, "ours")
        rows.append(row(case.name, stock, ours))
        print("  ".join(rows[-1]), flush=True)
        if with_output or ours.code:
            print(ours.output, flush=True)
    return rows


def check(bench: Bench, names: Iterable[str]) -> list[list[str]]:
    rows = []
    for name in names:
        try:
            rows.append([name, CHECKS[name](bench), "pass"])
        except Missed as missed:
            what, _, more = str(missed).partition("\n")
            rows.append([name, what, "MISS"])
            print(more)
        print("  ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    options = arguments()
    cases = [case for case in CASES if is_wanted(case.name, options)]
    names = [name for name in CHECKS if is_wanted(name, options)]
    with Server(None) as server, tempfile.TemporaryDirectory(prefix="copydesk-bench-") as folder:
        sides = {side.name: Scratch(Path(folder), server, side) for side in (STOCK, OURS)}
        bench = Bench(server, sides, options.rows)
        bench.prepare()
        report_alone(bench)
        compared = compare(bench, cases, with_output=options.output)
        checked = check(bench, names)
        report_alone(bench)
    print(f"\n{options.rows:,} rows")
    for head, rows in ((HEAD, compared), (["check", "seen", ""], checked)):
        if rows:
            print(f"\n{table([head, *rows])}")


if __name__ == "__main__":
    main()
