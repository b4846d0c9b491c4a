"""PostgreSQL for a benchmark: the wheel's, durable, with memory, its data kept between runs."""

import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.stores import Postgres, free_port, other_user

STATEMENT = re.compile(r"(?:statement|execute [^:]*):\s+(\w+)")
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
SETTINGS = """
fsync = 'on'
synchronous_commit = 'on'
full_page_writes = 'on'
shared_buffers = '4GB'
effective_cache_size = '12GB'
work_mem = '32MB'
maintenance_work_mem = '1GB'
max_wal_size = '8GB'
checkpoint_timeout = '30min'
random_page_cost = '1.1'
autovacuum_naptime = '1min'
"""


class Server(Postgres):
    """`folder` holds the data and is made when it is missing; without one, a temporary folder."""

    # Gigabytes of changed pages are written at the end, or made again from the log at the start.
    start_seconds, stop_seconds = 600, 300

    def __init__(self, folder: Path | None):
        self.version, self.user, self.process = 18, other_user(), None
        self.durable = True
        self.kept = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="copydesk-bench-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data, self.port = self.folder / "data", free_port()
        self.bin = self._reachable_binaries()

    def __enter__(self) -> "Server":
        if not self.data.exists():
            self.create()
        # Over what the cluster was made with, an older one too.
        (self.data / "postgresql.auto.conf").write_text(SETTINGS)
        self.start()
        return self

    def __exit__(self, *problem) -> None:
        self.stop()
        if not self.kept:
            self.remove()

    def url(self, database: str) -> str:
        return f"postgresql://copydesk@127.0.0.1:{self.port}/{database}"

    def statements_of(self, call: Callable[[], object]) -> list[str]:
        """The first words of what is sent meanwhile, transactions left out, by the log."""
        log = self.folder / "log"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET log_statement = 'all'")
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
            start = log.stat().st_size
            call()
            time.sleep(0.5)
            with log.open(encoding="utf-8", errors="replace") as file:
                file.seek(start)
                sent = STATEMENT.findall(file.read())
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")
        return [verb for verb in sent if verb.upper() not in AROUND]


def clean_environment() -> dict[str, str]:
    """The process's environment without settings of ours or of another PostgreSQL."""
    foreign = ("PG", "DB_", "DATABASE_", "DJANGO_", "REDIS_", "MONGODB_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
