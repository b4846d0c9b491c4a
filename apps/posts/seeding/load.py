"""Put a plan's rows into an empty database, all of them or none."""

from array import array
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection, transaction

from apps.activity.actions import copied
from apps.backoffice.progress import Report
from apps.posts.search import KEYS, fill

from . import bare
from .chunks import Chunk, Made, Makers, make
from .plan import DAYS, Plan
from .tables import COLUMNS, SQL

EMPTY = ["posts", "comments", "categories", "tags"]
"""The tables that must hold nothing. Accounts may be there: demo_accounts makes some first."""
ORDER = ["categories", "tags", "users", "profiles", "comments", "posts", "posts_tags"]
"""Comments before posts, so that each post is written once, with its number of comments; nothing
looks at a foreign key before the end of the transaction."""
SEARCHED = list(KEYS)
SEARCH_SLICE = 200_000


class NotEmptyError(Exception):
    """There is work in the database already; the message names a table."""


def seed(plan: Plan, report: Report, processes: int = 0) -> None:
    """Write the plan's rows. Raises NotEmptyError where there are posts, and changes nothing.

    On PostgreSQL by COPY, with `processes` beside this one making the rows; it locks the tables
    until it is done. The whole is one transaction.
    """
    loader = copy_all if connection.vendor == "postgresql" else insert_all
    with transaction.atomic():
        loader(plan, report, processes)
        copied(plan.until - timedelta(days=DAYS), plan.until)
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with report.step("vacuum", 1) as step, connection.cursor() as cursor:
            # Without the visibility map that vacuum writes, no index alone answers a count.
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(copied_tables())}")
            step.advance(1)


def copied_tables() -> list[str]:
    return [*COLUMNS, *(f"{table}_search" for table in SEARCHED)]


def refuse_unless_empty(cursor) -> None:
    for table in EMPTY:
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608  # nosec B608
        if cursor.fetchone()[0]:
            raise NotEmptyError(f"There are {table} in this database already.")


def chunks(plan: Plan, table: str, counts: array) -> Iterator[Chunk]:
    if table in ("categories", "tags"):
        yield Chunk(table, range(0))
        return
    numbered = {"profiles": "users", "posts_tags": "posts"}.get(table, table)
    for rows in plan.chunks(numbered):
        yield Chunk(table, rows, counts[rows.start : rows.stop] if table == "posts" else None)


def total(plan: Plan, table: str) -> int:
    """About how many rows a table will get; of those that follow from others, the others'."""
    return {"profiles": plan.users // 3, "posts_tags": plan.posts * 6 // 5}.get(
        table, getattr(plan, table, 1)
    )


def write_all(plan: Plan, report: Report, made, write) -> None:
    """Go through the tables; `made` turns chunks into rows, `write(table, rows)` stores them."""
    counts = array("I", bytes(4 * (plan.posts + 1)))
    for table in ORDER:
        with report.step(table, total(plan, table)) as step:
            write(table, follow(made(chunks(plan, table, counts)), counts, step))


def follow(mades: Iterator[Made], counts: array, step) -> Iterator:
    for made in mades:
        for post in made.counted or ():
            counts[post] += 1
        yield made.rows
        step.advance(made.count)


def insert_all(plan: Plan, report: Report, processes: int) -> None:
    with connection.cursor() as cursor:
        refuse_unless_empty(cursor)

        def write(table, parts):
            columns = COLUMNS[table].split()
            places = ", ".join(["%s"] * len(columns))
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # nosec B608
            for rows in parts:
                cursor.executemany(sql, rows)

        write_all(plan, report, lambda todo: (make(plan, c, SQL) for c in todo), write)


def copy_all(plan: Plan, report: Report, processes: int) -> None:
    tables = copied_tables()
    with connection.cursor() as cursor, Makers(plan, processes) as makers:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
        refuse_unless_empty(cursor)
        triggers = bare.search_triggers(cursor, SEARCHED)
        # Accounts made before in this transaction are to be looked at, or no table can be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        bare.switch(cursor, triggers, "DISABLE")
        dropped = bare.strip(cursor, tables)

        def write(table, parts):
            columns = ", ".join(COLUMNS[table].split())
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for text in parts:
                    copy.write(text)

        write_all(plan, report, makers.copy_texts, write)
        fill_search(cursor, plan, report)
        put_back(cursor, report, dropped)
        bare.switch(cursor, triggers, "ENABLE")
        set_sequences(cursor)


def fill_search(cursor, plan: Plan, report: Report) -> None:
    for table in SEARCHED:
        statement, last = fill(table), getattr(plan, table)
        with report.step(f"{table}_search", last) as step:
            for first in range(1, last + 1, SEARCH_SLICE):
                upto = min(first + SEARCH_SLICE - 1, last)
                cursor.execute(statement, [first, upto])
                step.advance(upto - first + 1)


def put_back(cursor, report: Report, dropped: list[bare.Definition]) -> None:
    # Sorting in memory; the transaction's own, so nothing to set back.
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    # Foreign keys are checked with a plan of their own, which wants statistics.
    cursor.execute(f"ANALYZE {', '.join(copied_tables())}")
    texts = [definition for definition in dropped if "gin" in definition.create.lower()]
    others = [definition for definition in dropped if definition not in texts]
    for name, definitions in (("text indexes", texts), ("indexes, foreign keys", others)):
        with report.step(name, len(definitions)) as step:
            for definition in definitions:
                cursor.execute(definition.create)
                step.advance(1)


def set_sequences(cursor) -> None:
    for table in COLUMNS:
        if COLUMNS[table].startswith("id "):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) "  # noqa: S608  # nosec B608
                f"FROM {table} HAVING max(id) IS NOT NULL"
            )
