"""The served product, pooled, over a PostgreSQL that is restarted, killed and away."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import Error

from config.settings.environment import SETTINGS
from tests.races import PATIENCE_SECONDS, eventually
from tests.sizes import KILLS
from tests.stores import free_port

ROOT = Path(__file__).parents[2]


class Site:
    """gunicorn as `make run` starts it, but on PostgreSQL."""

    def __init__(self, address: str):
        self.port = free_port()
        values = dict.fromkeys(SETTINGS, "") | {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": address,
            "DB_POOL_SIZE": "4",
            "PORT": str(self.port),
        }
        self.environment = os.environ | values
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.gunicorn", "--log-level", "critical"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_served()

    def run(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            check=True,
            timeout=PATIENCE_SECONDS,
        )

    def _wait_until_served(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return self.get("/healthz")
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("gunicorn did not start")

    def get(self, path: str = "/admin/") -> http.client.HTTPResponse:
        """A page that reads the session from the database; without one it leads to the login."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request("GET", path, headers={"Cookie": f"sessionid={'a' * 32}"})
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def site(spare_postgres) -> Iterator[Site]:
    served = Site(f"postgresql://copydesk@127.0.0.1:{spare_postgres.port}/postgres")
    yield served
    assert served.stop() == 0


@pytest.mark.parametrize("how", ["restarted", "killed"])
def test_no_request_fails_after_postgresql_was(how, site, spare_postgres):
    assert site.get().status == 302
    spare_postgres.stop() if how == "restarted" else spare_postgres.kill()
    spare_postgres.start()

    assert [site.get().status for _ in range(12)] == [302] * 12


def test_while_postgresql_is_away_a_request_is_a_503_in_bounded_time(site, spare_postgres):
    spare_postgres.stop()
    began = time.monotonic()
    page = site.get()
    waited = time.monotonic() - began
    alive, ready = site.get("/healthz"), site.get("/readyz")
    spare_postgres.start()

    assert page.status == 503
    assert page.headers["Retry-After"] == "5"
    assert b"Copydesk is not available" in page.body
    # The pool's timeout is 2 s; psycopg's own would be 30.
    assert waited < 15
    assert alive.status == 200
    assert (ready.status, b'"unavailable"' in ready.body) == (503, True)
    assert site.get().status == 302


class Writers:
    """Threads that insert keys of their own; `confirmed` are those the database answered for."""

    def __init__(self, database, number: int):
        self.database = database
        self.confirmed: list[str] = []
        self.ended = threading.Event()
        self.threads = [
            threading.Thread(target=self._write, args=(f"w{n}-",), daemon=True)
            for n in range(number)
        ]

    def _write(self, name: str) -> None:
        number = 0
        while not self.ended.is_set():
            number += 1
            try:
                self.database.ask(f"INSERT INTO written VALUES ('{name}{number}') RETURNING 1")
            except Error:
                continue  # Unknown, not confirmed: it may be there once or not at all.
            self.confirmed.append(f"{name}{number}")

    def write_more(self, keys: int) -> None:
        """Returns when so many more are confirmed."""
        goal = len(self.confirmed) + keys
        eventually(lambda: len(self.confirmed) >= goal)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)


def test_no_write_that_was_confirmed_is_lost_when_postgresql_is_killed(databases, spare_postgres):
    database = databases(DB_POOL_SIZE="4", DB_POOL_TIMEOUT="1")
    with database.connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written (key text)")
    database.connection.close()

    with Writers(database, 2) as writers:
        for _ in range(KILLS):
            writers.write_more(50)
            spare_postgres.kill()
            spare_postgres.start()
        writers.write_more(50)

    rows = database.ask("SELECT array_agg(key) FROM written")
    assert len(rows) == len(set(rows))
    assert set(writers.confirmed) <= set(rows)
