"""Readers over HTTP, in four processes, of a report whose day has changed.

Slow: gunicorn, with Redis and without.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.posts import actions as posts
from apps.reports.rollups.refresh import refresh
from config.settings.environment import SETTINGS
from tests.factories import PostFactory, ed, olive
from tests.forms import log_in
from tests.races import eventually
from tests.stores import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("postgres"),
]
ROOT = Path(__file__).parents[2]
PROCESSES, READERS = 4, 100


class Site:
    """gunicorn in four processes over the tests' database, and what its readers are shown."""

    def __init__(self, folder: Path, redis_url: str):
        self.reads, self.port = folder / "reads", free_port()
        database = connection.settings_dict
        values = dict.fromkeys(SETTINGS, "") | {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": f"postgresql://copydesk@127.0.0.1:{database['PORT']}/{database['NAME']}",
            "DB_POOL_SIZE": "8",
            "REDIS_URL": redis_url,
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(PROCESSES),
            "SECRET_KEY": settings.SECRET_KEY,
            "READS_FILE": str(self.reads),
        }
        command = ["gunicorn", "--config", "config/gunicorn.py", "--log-level", "critical"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "tests.reports.counting_site"],
            cwd=ROOT,
            env=os.environ | values,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        client = log_in(olive())
        self.cookie = f"sessionid={client.cookies['sessionid'].value}"

    def figure(self) -> str:
        """How many posts the report says were published."""
        connected = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connected.request("GET", "/admin/reports/content/", headers={"Cookie": self.cookie})
        answer = connected.getresponse()
        text = answer.read().decode()
        assert answer.status == 200
        figure = text.partition('<p class="figure">')[2].partition("</p>")[0]
        return figure.partition('">')[2].partition("<")[0]

    def figure_at_last(self) -> str:
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.figure()
            except OSError:
                assert time.monotonic() < deadline, "gunicorn does not answer"
                time.sleep(0.1)

    def figures(self, readers: int) -> list[str]:
        """What so many readers see who ask at the same moment."""
        barrier, found = threading.Barrier(readers), []

        def reader():
            barrier.wait()
            found.append(self.figure())

        threads = [threading.Thread(target=reader) for _ in range(readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def times_read(self) -> int:
        return self.reads.read_text().count("read")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@pytest.fixture
def site(request, tmp_path, spare_redis):
    if request.param == "away":
        spare_redis.stop()
    made = Site(tmp_path, "" if request.param == "none" else spare_redis.url)
    yield made
    made.stop()


@pytest.fixture
def post():
    author = ed()
    found = [
        PostFactory(
            status="published", author=author, published_at=timezone.now() - timedelta(days=3)
        )
        for _ in range(2)
    ]
    for _ in refresh():
        pass
    return found[0]


@pytest.mark.parametrize(
    ("site", "most"),
    [("shared", 1), ("none", PROCESSES), ("away", PROCESSES)],
    indirect=["site"],
)
def test_a_hundred_readers_after_a_change_read_it_once(post, site, most):
    """Once for all who share a cache; where each process has its own, once in each."""
    assert site.figure_at_last() == "2"
    assert set(site.figures(READERS)) == {"2"}
    before = site.times_read()
    assert before <= most
    posts.archive_post(post, by=post.author)
    seen = site.figures(READERS)
    assert len(seen) == READERS
    assert set(seen) <= {"1", "2"}
    assert 1 <= site.times_read() - before <= most
    # A process that nobody had asked reads it now, and shows what it has meanwhile.
    eventually(lambda: set(site.figures(READERS)) == {"1"})
    assert site.times_read() - before <= most
