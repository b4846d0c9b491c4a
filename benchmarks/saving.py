"""`make bench-saving`: what a save costs beside the limit and a stock admin, what merging adds,
how many statements it sends, and how long two long texts take to merge.
"""

import argparse
import random
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from apps.editing.merging.merge import merge_text
from benchmarks.lists import PEERS, database, stock_tables
from benchmarks.measure import Conditions, measure
from benchmarks.peers import Peer
from benchmarks.report import size_table
from benchmarks.sample import read_sample
from benchmarks.server import Server

KINDS = ["save:merge", "save:conflict", "save:again"]
WORDS = [f"word{number}" for number in range(3_000)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.saving", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--block-seconds", type=float, default=6)
    parser.add_argument("--content-bytes", type=int, default=300)
    parser.add_argument("--data", type=Path, help="PostgreSQL's folder, kept and used again")
    return parser.parse_args()


def run(url: str, server: Server, options: argparse.Namespace) -> None:
    sample = read_sample(url)
    conditions = Conditions(url, server.process.pid, options.block_seconds)
    stock_tables(url)
    with ExitStack() as stack:
        peers = [stack.enter_context(PEERS[name](url, sample)) for name in PEERS]
        results = {"save": measure("save", peers, conditions, options.rounds)}
        ours = [peer for peer in peers if peer.name != "stock"]
        for kind in KINDS:
            results[kind] = measure(kind, ours, conditions, options.rounds)
        print(size_table(results), flush=True)
        counts = {peer.name: statements(server, peer) for peer in peers[1:]}
    more = counts["product"] - counts["stock"]
    print(f"\nStatements of a save: {counts}; {more} more than stock (bar: 6)")


def statements(server: Server, peer: Peer) -> int:
    """What one save sends, transactions left out."""
    peer.client.close()
    requests = peer.prepare_saves(3, " counted")
    for _, request in requests[:2]:
        peer.client(*request)
    return len(server.statements_of(lambda: peer.client(*requests[2][1])))


def texts(size: int, changes: int) -> tuple[str, str, str]:
    """A text of so many bytes in paragraphs, and two edits of it that touch other sentences."""
    choose = random.Random(1)
    sentences = []
    while sum(map(len, sentences)) < size:
        sentences.append(" ".join(choose.choices(WORDS, k=12)).capitalize() + ". ")
    sides = [list(sentences), list(sentences)]
    for side in sides:
        for place in choose.sample(range(len(sentences)), changes):
            side[place] = side[place].replace("word", "other", 1)
    return tuple(paragraphs(one) for one in (sentences, *sides))


def paragraphs(sentences: list[str]) -> str:
    groups = ["".join(sentences[i : i + 5]) for i in range(0, len(sentences), 5)]
    return "\n\n".join(groups) + "\n"


def merges() -> None:
    """The merge of long texts, in processor time; what has nothing in common stops at a limit."""
    base, theirs, mine = texts(100_000, 60)
    words = base.split()
    shuffled = [" ".join(random.Random(seed).sample(words, len(words))) for seed in (2, 3)]
    apart = "a b\n" * 250_000, "c d " * 250_000, "e\n" * 500_000
    cases = {
        "two of 100 kB, 60 sentences changed in each (bar: 200 ms)": (base, theirs, mine),
        "two of 100 kB with every word in another place": (base, *shuffled),
        "two of 1 MB with nothing in common": apart,
    }
    print("\nMerging")
    for name, sides in cases.items():
        took = []
        for _ in range(3):
            started = time.process_time()
            merged = merge_text(*sides)
            took.append((time.process_time() - started) * 1_000)
        coarse = ", coarse" if merged.is_coarse else ""
        found = len(merged.conflicts)
        print(f"  {statistics.median(took):7.1f} ms  {name}: {found} conflicts{coarse}")


def main() -> None:
    options = arguments()
    merges()
    with Server(options.data) as server:
        for rows in sorted(options.rows):
            url = database(server, rows, options.content_bytes)
            print(f"\n{rows:,} posts", flush=True)
            run(url, server, options)


if __name__ == "__main__":
    main()
