"""How an item is timed: in blocks of one peer, the limit beside the others in every round."""

import secrets
import statistics
import time
from dataclasses import dataclass, field

import psycopg

from benchmarks.peers import Peer
from benchmarks.processor import processor_ms

BLOCK = 15
"""Requests in a row. Going from peer to peer with each request cools the caches and flatters the
slower ones: 7.3 times the limit became 5.4 in a trial."""
WARM_UP = 4


@dataclass
class Result:
    """Milliseconds of an item at one peer, and what its last page showed."""

    times: list[float] = field(default_factory=list)
    processor_ms: float = 0
    processor_requests: int = 0
    ids: list[int] = field(default_factory=list)
    size: int = 0
    error: str = ""

    @property
    def median(self) -> float | None:
        return statistics.median(self.times) if self.times else None

    @property
    def processor(self) -> float | None:
        """Processor time of a request, of the web server and PostgreSQL together."""
        return self.processor_ms / self.processor_requests if self.processor_requests else None

    @property
    def p95(self) -> float | None:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else None


@dataclass(frozen=True)
class Conditions:
    """The database, the process of its server, and how long a block of requests may take."""

    url: str
    postmaster: int
    block_seconds: float

    def processor_ms(self, peer: Peer) -> float:
        return processor_ms(peer.process.pid) + processor_ms(self.postmaster)


def measure(item: str, peers: list[Peer], conditions: Conditions, rounds: int) -> dict[str, Result]:
    """Results by the peers' names. A block ends early when it takes longer than it may."""
    results = {peer.name: Result() for peer in peers}
    for number in range(rounds):
        for peer in peers:
            result = results[peer.name]
            # One round is enough of what takes seconds.
            if result.error or (
                number and result.median > 1_000 * conditions.block_seconds / BLOCK
            ):
                continue
            block = save_block if item.startswith("save") else page_block
            # The server has closed it, if the other peers took longer than its patience.
            peer.client.close()
            try:
                block(item, peer, result, conditions, warm=WARM_UP if number == 0 else 2)
            except (OSError, ValueError, RuntimeError) as problem:
                result.error = f"{type(problem).__name__}: {problem}"[:200]
    return results


def page_block(item, peer, result, conditions, warm) -> None:
    deadline = time.perf_counter() + conditions.block_seconds
    used = None
    for turn in range(-warm, BLOCK):
        if turn == 0:
            used = conditions.processor_ms(peer)
        took, status, body = timed(peer, "GET", peer.address(item))
        if status != 200:
            raise RuntimeError(f"HTTP {status}; its log is {peer.log}")
        late = time.perf_counter() > deadline
        if turn >= 0 or late:
            result.times.append(took)
        if late:
            break
    if used is not None:
        result.processor_ms += conditions.processor_ms(peer) - used
        result.processor_requests += turn + 1
    result.size = len(body)
    if item != "autocomplete":
        result.ids = peer.ids(body)


def save_block(item, peer, result, conditions, warm) -> None:
    """Each request saves another post; afterwards the database must hold every one of them, but
    for conflicts, of which it must hold none.
    """
    # A letter, so that it goes on with the last sentence.
    mark = f" x{secrets.token_hex(5)}"
    kind = item.partition(":")[2]
    requests = peer.prepare_saves(warm + BLOCK, mark, kind)
    is_conflict = kind == "conflict" and peer.name == "product"
    expected = 409 if is_conflict else 200 if peer.name == "limit" else 302
    for turn, (_, request) in enumerate(requests):
        if turn == warm:
            used = conditions.processor_ms(peer)
        took, status, body = timed(peer, *request)
        if status != expected:
            raise RuntimeError(f"HTTP {status}: {errors_in(body)}")
        if turn >= warm:
            result.times.append(took)
    result.processor_ms += conditions.processor_ms(peer) - used
    result.processor_requests += BLOCK
    result.size = len(body)
    with psycopg.connect(conditions.url) as connection:
        written = connection.execute(
            "SELECT count(*) FROM posts WHERE id = ANY(%s) AND rtrim(content, E'\\r\\n') LIKE %s",
            [[post for post, _ in requests], f"%{mark}"],
        ).fetchone()[0]
    if written != (0 if is_conflict else len({post for post, _ in requests})):
        raise RuntimeError(f"{written} of {len(requests)} saves are in the database")


def errors_in(body: bytes) -> str:
    text = body.decode(errors="replace")
    place = text.find("errorlist")
    return text[place : place + 150] if place >= 0 else text[:150]


def timed(peer: Peer, *request) -> tuple[float, int, bytes]:
    started = time.perf_counter()
    status, body = peer.client(*request)
    return (time.perf_counter() - started) * 1_000, status, body
