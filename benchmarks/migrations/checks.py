"""What must hold besides stalls: queues that do not form, runs that stop, are killed and go on.

Each check takes the bench and says what it saw; it raises Missed where that is not good enough.
"""

import json
import re
import time
from collections.abc import Callable

from .cases import CASES, IMPORTS, SUBTITLE
from .page import Watched
from .runs import DATABASE, TABLE, Bench
from .steps import Step

INDEX = 'migrations.AddIndex("post", models.Index(fields=["body"], name="i_body")),'
ANOTHER_INDEX = INDEX.replace("body", "title").replace("i_body", "i_title")
TAKEN = """
SELECT (done ->> 'seconds')::float
FROM (SELECT statements FROM database_migrationrun ORDER BY id DESC LIMIT 1) AS last,
    jsonb_array_elements(statements) AS done
WHERE done ->> 'verb' LIKE 'CREATE INDEX%'
"""
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
BUILDERS = "SELECT pid FROM pg_stat_progress_create_index"
RECORDED = "SELECT count(*) FROM django_migrations WHERE app = 'blog' AND name = '0002_step'"
REMAINS = """
SELECT (SELECT attnotnull FROM pg_attribute
        WHERE attrelid = 'blog_post'::regclass AND attname = 'rating'),
    (SELECT count(*) FROM pg_constraint WHERE conrelid = 'blog_post'::regclass AND contype = 'c'),
    (SELECT count(*) FROM blog_post WHERE rating IS NULL)
"""
# Nobody who looks at a build waits for it.
PAGE_MS = 300


class Missed(Exception):
    """A check that saw something else than it should."""


def require(good: bool, what: str) -> None:
    if not good:
        raise Missed(what)


def filled_and_not_null(bench: Bench) -> str:
    ran = bench.run(next(case for case in CASES if case.name == "NULL → NOT NULL"), "ours")
    [(not_null, checks, nulls)] = bench.execute(DATABASE, REMAINS)
    said = f"stall {ran.seen.stall_ms} ms, {ran.seconds:.0f} s, {nulls} NULL, {checks} checks left"
    good = ran.seen.stall_ms <= 150 and ran.seconds <= 60 and not ran.code
    require(good and not_null and not checks and not nulls, said)
    return said


def behind_a_reader(bench: Bench) -> str:
    begin(bench, SUBTITLE)
    ran = bench.step("ours", "0002", Step(SUBTITLE), reader_seconds=10)
    said = f"stall {ran.seen.stall_ms} ms, {ran.seconds:.0f} s, {ran.seen.quick_share:.1%} < 50 ms"
    seen = ran.seen
    require(not ran.code and ran.seconds <= 25, said)
    require(seen.stall_ms <= 350 and seen.quick_share >= 0.95, said)
    return said


def never_released(bench: Bench) -> str:
    begin(bench, SUBTITLE)
    bench.sides["ours"].budget_seconds = 20
    try:
        ran = bench.step("ours", "0002", Step(SUBTITLE), reader_seconds=40)
    finally:
        bench.sides["ours"].budget_seconds = None
    said = f"exit {ran.code}, stall {ran.seen.stall_ms} ms"
    named = re.search(rf"held by pid \d+ .* for [\d.]+ s: SELECT id FROM {TABLE}", ran.output)
    require(ran.code == 3 and ran.seen.stall_ms <= 350 and bool(named), f"{said}\n{ran.output}")
    again = bench.step("ours", "0002", Step(SUBTITLE))
    require(again.code == 0, again.output)
    return f"{said}, names who held it; again: exit 0"


def behind_autovacuum(bench: Bench) -> str:
    begin(bench, SUBTITLE)
    for setting in ("naptime = '1s'", "vacuum_cost_delay = '100ms'", "vacuum_cost_limit = 1"):
        bench.execute(DATABASE, f"ALTER SYSTEM SET autovacuum_{setting}")
    bench.execute(DATABASE, "SELECT pg_reload_conf()")
    bench.execute(DATABASE, f"UPDATE {TABLE} SET views = views + 1 WHERE id % 3 = 0")
    try:
        wait_for(bench, "SELECT 1 FROM pg_stat_progress_vacuum", 60)
        ran = bench.step("ours", "0002", Step(SUBTITLE))
    finally:
        for setting in ("naptime", "vacuum_cost_delay", "vacuum_cost_limit"):
            bench.execute(DATABASE, f"ALTER SYSTEM RESET autovacuum_{setting}")
        bench.execute(DATABASE, "SELECT pg_reload_conf()")
    said = f"stall {ran.seen.stall_ms} ms, {ran.seconds:.0f} s"
    require(not ran.code and ran.seen.stall_ms <= 1_500 and ran.seconds <= 90, said)
    return said


def killed_in_a_build(bench: Bench, *, with_server: bool) -> str:
    begin(bench, INDEX)
    process = bench.sides["ours"].migrate("blog", "0002", database=DATABASE)
    [(pid,)] = wait_for(bench, BUILDERS, 60)
    process.kill()
    process.communicate()
    require(bench.execute(DATABASE, RECORDED) == [(0,)], "It ended before it could be killed.")
    if with_server:
        bench.execute(DATABASE, f"SELECT pg_terminate_backend({pid})")
    ran = bench.step("ours", "0002", Step(INDEX))
    [(invalid,)], [(recorded,)] = (
        bench.execute(DATABASE, INVALID),
        bench.execute(DATABASE, RECORDED),
    )
    said = f"again: exit {ran.code}, {invalid} invalid, recorded {recorded} times"
    require(not ran.code and not invalid and recorded == 1, f"{said}\n{ran.output}")
    return said


def killed_in_a_build_alone(bench: Bench) -> str:
    return killed_in_a_build(bench, with_server=False)


def killed_in_a_build_with_its_server(bench: Bench) -> str:
    return killed_in_a_build(bench, with_server=True)


def no_temporary_space(bench: Bench) -> str:
    begin(bench, INDEX)
    bench.execute("postgres", f"ALTER DATABASE {DATABASE} SET temp_file_limit = '64kB'")
    bench.execute("postgres", f"ALTER DATABASE {DATABASE} SET maintenance_work_mem = '1MB'")
    first = bench.step("ours", "0002", Step(INDEX))
    [(invalid,)] = bench.execute(DATABASE, INVALID)
    bench.execute("postgres", f"ALTER DATABASE {DATABASE} RESET ALL")
    again = bench.step("ours", "0002", Step(INDEX))
    said = f"exit {first.code}, {invalid} invalid; again: exit {again.code}"
    require(first.code != 0 and not invalid and again.code == 0, f"{said}\n{first.output}")
    return said


def down_behind_a_reader(bench: Bench) -> str:
    begin(bench, INDEX)
    bench.finish(bench.sides["ours"].migrate("blog", "0002", database=DATABASE))
    ran = bench.step("ours", "0001", Step(INDEX), reader_seconds=6)
    said = f"stall {ran.seen.stall_ms} ms, {ran.seconds:.0f} s"
    require(not ran.code and ran.seen.stall_ms <= 350, f"{said}\n{ran.output}")
    return said


def page_beside_a_build(bench: Bench) -> str:
    begin(bench, INDEX)
    with Watched(bench.server) as page:
        process = bench.sides["ours"].migrate("blog", "0002", database=DATABASE)
        while process.poll() is None:
            page.look()
        code, output = bench.finish(process, check=False)
        require(not code and len(page.took) >= 3, f"{len(page.took)} pages\n{output}")
        require(max(page.took) < PAGE_MS, str(page))
        return str(page)


def foretold(bench: Bench) -> str:
    """First by what was measured elsewhere, then by the run before it."""
    bench.fresh("ours")
    bench.sides["ours"].write([Step(INDEX), Step(ANOTHER_INDEX)], IMPORTS)
    seen = [expected_and_taken(bench, target) for target in ("0002", "0003")]
    said = "; ".join(f"{expected:.1f} s said, {taken:.1f} s taken" for expected, taken in seen)
    require(all(1 / 3 <= taken / expected <= 3 for expected, taken in seen), said)
    return said


def expected_and_taken(bench: Bench, target: str) -> tuple[float, float]:
    ours = bench.sides["ours"]
    _, plan = bench.finish(ours.migrate("blog", target, "--plan", "--json", database=DATABASE))
    bench.finish(ours.migrate("blog", target, database=DATABASE))
    [(taken,)] = bench.execute(DATABASE, TAKEN)
    return json.loads(plan)["operations"][0]["seconds"], taken


def begin(bench: Bench, operations: str) -> None:
    bench.fresh("ours")
    bench.sides["ours"].write([Step(operations)], IMPORTS)


def wait_for(bench: Bench, sql: str, seconds: float) -> list[tuple]:
    """The first answer with a row."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if rows := bench.execute(DATABASE, sql):
            return rows
        time.sleep(0.05)
    raise Missed(f"In {seconds:.0f} s there was none: {sql}")


CHECKS: dict[str, Callable[[Bench], str]] = {
    "half of the rows NULL → NOT NULL": filled_and_not_null,
    "behind a reader of 10 s": behind_a_reader,
    "behind a reader who never ends": never_released,
    "behind a slow autovacuum": behind_autovacuum,
    "killed in a build": killed_in_a_build_alone,
    "killed in a build, with its server process": killed_in_a_build_with_its_server,
    "no temporary space for a build": no_temporary_space,
    "an index dropped behind a reader of 6 s": down_behind_a_reader,
    "the page while an index is built": page_beside_a_build,
    "the expected time of an index, × 3": foretold,
}
