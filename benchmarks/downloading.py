"""Downloads beside PostgreSQL's COPY of the same columns: time, first byte, memory."""

import http.client
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.peers import Product
from benchmarks.processor import family

# What the lists and reports download has, without its care for formulas.
LIST = """COPY (
    SELECT p.id, p.title, p.slug, p.status, p.kind, u.name, c.name, p.comment_count,
        p.created_at, p.published_at
    FROM posts p JOIN users u ON u.id = p.author_id LEFT JOIN categories c ON c.id = p.category_id
    WHERE p.deleted_at IS NULL ORDER BY p.id
) TO STDOUT (FORMAT csv)"""
REPORT = """COPY (
    SELECT day, day,
        {columns}
    FROM reports_dailytotal
    WHERE metric IN ({names}) AND dimension = '' AND day >= '2016-01-03' AND day < '2026-01-02'
    GROUP BY day ORDER BY day
) TO STDOUT (FORMAT csv)"""
NAMES = (
    "posts.published", "posts.created", "comments.received", "people.signed_up", "people.active",
)  # fmt: skip
COLUMNS = ",\n        ".join(
    f"COALESCE(sum(value) FILTER (WHERE metric = '{name}'), 0)" for name in NAMES
)
LONG = "?start=2016-01-03&end=2026-01-01&granularity=day&format=csv"
DOWNLOADS = {
    "the list of posts": ("/admin/posts/post/export/", LIST),
    "overview, ten years by day": (
        f"/admin/reports/overview/{LONG}",
        REPORT.format(columns=COLUMNS, names=", ".join(f"'{name}'" for name in NAMES)),
    ),
}


@dataclass
class Downloaded:
    """Milliseconds, megabytes; `memory_mb` is what the largest process had more than idle."""

    name: str
    took: list[float]
    copied: list[float]
    first_byte: float
    lines: int
    size_mb: float
    memory_mb: float

    @property
    def ratio(self) -> float:
        """Of medians; each pair was taken one after the other."""
        return statistics.median(self.took) / statistics.median(self.copied)

    def __str__(self) -> str:
        ratios = ", ".join(f"{a / b:.2f}" for a, b in zip(self.took, self.copied, strict=True))
        return (
            f"CSV of {self.name}: {self.lines:,} lines, {self.size_mb:.1f} MB in "
            f"{statistics.median(self.took):,.0f} ms, first byte {self.first_byte:.0f} ms; COPY "
            f"{statistics.median(self.copied):,.0f} ms: {self.ratio:.2f} x ({ratios}; bar: 1.5); "
            f"{self.memory_mb:.0f} MiB above idle (bar: 150)"
        )


def downloads(peer: Product, turns: int) -> list[Downloaded]:
    return [
        downloaded(peer, name, path, statement, turns)
        for name, (path, statement) in DOWNLOADS.items()
    ]


def downloaded(peer: Product, name: str, path: str, statement: str, turns: int) -> Downloaded:
    idle = {pid: resident_mb(pid, "VmRSS") for pid in family(peer.process.pid)}
    for pid in idle:
        # Linux: what its memory has been at most begins anew.
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    took, copied, firsts = [], [], []
    for _ in range(turns):
        copied.append(copy_ms(peer.url, statement))
        first, whole, body = download(peer, path)
        firsts.append(first)
        took.append(whole)
    more = max(resident_mb(pid, "VmHWM") - before for pid, before in idle.items())
    lines, size = body.count(b"\n"), len(body) / 1e6
    return Downloaded(name, took, copied, statistics.median(firsts), lines, size, more)


def resident_mb(pid: int, what: str) -> float:
    for one in Path(f"/proc/{pid}/status").read_text().splitlines():
        if one.startswith(f"{what}:"):
            return int(one.split()[1]) / 1024
    return 0


def copy_ms(url: str, statement: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        started = time.perf_counter()
        with cursor.copy(statement) as copy:
            for _ in copy:
                pass
        return (time.perf_counter() - started) * 1_000


def download(peer: Product, path: str) -> tuple[float, float, bytes]:
    """Milliseconds to the first byte and to the last, and the file."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=600)
    cookies = "; ".join(f"{name}={value}" for name, value in peer.client.cookies.items())
    started = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookies})
    response = connection.getresponse()
    parts = [response.read(1)]
    first = (time.perf_counter() - started) * 1_000
    while part := response.read1(1 << 20):
        parts.append(part)
    whole = (time.perf_counter() - started) * 1_000
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} gave {response.status}: {b''.join(parts)[:300]!r}")
    return first, whole, b"".join(parts)
