"""`make bench-lists`: what lists, searches and forms cost at each size of the table."""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from benchmarks.measure import Conditions, measure
from benchmarks.peers import EMAIL, PASSWORD, ROOT, Limit, Product, Stock
from benchmarks.report import ITEMS, Results, as_json, growth_table, size_table
from benchmarks.sample import read_sample
from benchmarks.server import Server, clean_environment

UNTIL = "2026-01-01"
PEERS = {"limit": Limit, "product": Product, "stock": Stock}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.lists", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    items = ", ".join(ITEMS).replace("%", "%%")
    parser.add_argument("--items", nargs="+", default=ITEMS, metavar="ITEM", help=items)
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--block-seconds", type=float, default=6, help="longest block of a peer")
    parser.add_argument("--content-bytes", type=int, default=300)
    parser.add_argument("--data", type=Path, help="PostgreSQL's folder, kept and used again")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "bench-lists.json")
    parser.add_argument("--seed-only", action="store_true", help="make the data and stop")
    options = parser.parse_args()
    unknown = sorted(set(options.items) - set(ITEMS))
    if unknown:
        parser.error(f"no item {', '.join(unknown)}; there are {', '.join(ITEMS)}")
    return options


def manage(url: str, *command: str) -> None:
    environment = clean_environment() | {"DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def database(server: Server, rows: int, content_bytes: int) -> str:
    """The address of a database of so many posts, made unless the folder has it."""
    name = f"bench_{rows}_{content_bytes}"
    url = server.url(name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
        if found != ("complete",):
            # Without the mark it is what an interrupted run left.
            connection.execute(f"DROP DATABASE IF EXISTS {name}")
            connection.execute(f"CREATE DATABASE {name}")
            fill(url, rows, content_bytes)
            connection.execute(f"COMMENT ON DATABASE {name} IS 'complete'")
    # Data of an earlier day under today's models.
    manage(url, "migrate", "-v0")
    add_person(url, EMAIL, "Bench Editor", "Editor")
    return url


def fill(url: str, rows: int, content_bytes: int) -> None:
    started = time.perf_counter()
    manage(url, "migrate", "-v0")
    numbers = {
        "users": max(200, rows // 50),
        "posts": rows,
        "comments": min(2 * rows, 2_000_000),
        "content-bytes": content_bytes,
        "until": UNTIL,
    }
    manage(url, "seed_demo", *(f"--{name}={value}" for name, value in numbers.items()))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        size = connection.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database()))"
        ).fetchone()[0]
    print(f"{rows:,} posts in {time.perf_counter() - started:.0f} s, {size}", flush=True)


def add_person(url: str, email: str, name: str, role: str) -> None:
    """Somebody with the rights of a role through its group: a superuser would hide their cost."""
    from django.conf import settings
    from django.contrib.auth.hashers import make_password

    if not settings.configured:
        settings.configure(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH person AS (INSERT INTO users (email, name, password, is_staff, is_superuser) "
            "VALUES (%s, %s, %s, true, false) ON CONFLICT (email) DO NOTHING "
            "RETURNING id) "
            "INSERT INTO users_groups (user_id, group_id) "
            "SELECT person.id, g.id FROM person, auth_group g WHERE g.name = %s",
            [email, name, make_password(PASSWORD), role],
        )


def stock_tables(url: str) -> None:
    """The one table that a stock admin has and the product has not: its sessions."""
    settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.stock.settings"}
    migrate = [sys.executable, "-m", "django", "migrate", "sessions", "-v0", "--skip-checks"]
    subprocess.run(migrate, cwd=ROOT, env=clean_environment() | settings, check=True)


def run(url: str, postmaster: int, options: argparse.Namespace) -> Results:
    sample = read_sample(url)
    conditions = Conditions(url, postmaster, options.block_seconds)
    if "stock" in options.peers:
        stock_tables(url)
    results = {}
    with ExitStack() as stack:
        peers = [
            stack.enter_context(PEERS[name](url, sample)) for name in PEERS if name in options.peers
        ]
        for item in options.items:
            results[item] = measure(item, peers, conditions, options.rounds)
            told = "  ".join(
                f"{name} {result.median:.1f}" if result.times else f"{name} {result.error}"
                for name, result in results[item].items()
            )
            print(f"  {item:<22} {told}  (load {os.getloadavg()[0]:.1f})", flush=True)
    return results


def main() -> None:
    options = arguments()
    by_size = {}
    with Server(options.data) as server:
        for rows in sorted(options.rows):
            url = database(server, rows, options.content_bytes)
            if options.seed_only:
                continue
            print(f"\n{rows:,} posts", flush=True)
            by_size[rows] = run(url, server.process.pid, options)
            print(f"\n{size_table(by_size[rows])}", flush=True)
            options.json.parent.mkdir(parents=True, exist_ok=True)
            options.json.write_text(json.dumps(as_json(by_size), indent=1))
    if len(by_size) > 1:
        print(f"\nGrowth of the product's medians\n{growth_table(by_size)}")


if __name__ == "__main__":
    main()
