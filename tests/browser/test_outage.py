"""The served product in Chromium while PostgreSQL is away and while the server is killed.

Slow: gunicorn with a database of its own, stopped and started under an open form.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.settings.environment import SETTINGS
from tests.browser.conftest import WIDE
from tests.stores import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
EMAIL, PASSWORD = "olive@example.com", "correct-horse-battery"
CAST = f"""
from apps.posts.models import Post
from apps.users.models import User
olive = User.objects.create_superuser(email="{EMAIL}", name="Olive", password="{PASSWORD}")
for number in range(3):
    Post.objects.create(title="Harbour dredging", slug=f"harbour-{{number}}", author=olive,
        content="Dredging will begin in January.")
"""


class Site:
    """gunicorn on a PostgreSQL that the test stops and starts."""

    def __init__(self, port: int):
        self.address = f"postgresql://copydesk@127.0.0.1:{port}/postgres"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        values = dict.fromkeys(SETTINGS, "") | {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": self.address,
            "PORT": str(self.port),
        }
        self.environment = os.environ | values
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "shell", "--no-imports", "-c", CAST)
        self.start()

    def run(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, check=True, timeout=120
        )

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.gunicorn", "--log-level", "critical"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while not self.is_up():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def is_up(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """The server and its workers, which a session of their own keeps together."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def post(self, number: int) -> dict:
        with psycopg.connect(self.address, row_factory=psycopg.rows.dict_row) as connection:
            found = connection.execute(
                "SELECT title, content, version FROM posts WHERE id = %s", [number]
            )
            return found.fetchone()


@pytest.fixture(scope="module")
def site(spare_postgres) -> Iterator[Site]:
    served = Site(spare_postgres.port)
    yield served
    served.kill()


@pytest.fixture
def olives(browser, site):
    context = browser.new_context(base_url=site.url, viewport=WIDE, reduced_motion="reduce")
    tab = context.new_page()
    tab.goto("/admin/login/")
    tab.fill("#id_username", EMAIL)
    tab.fill("#id_password", PASSWORD)
    tab.press("#id_password", "Enter")
    tab.wait_for_selector("#logout-form")
    yield tab
    context.close()


def type_into(tab, number: int) -> None:
    tab.goto(f"/admin/posts/post/{number}/change/")
    tab.fill("#id_title", "Dredging moves")
    tab.fill("#id_content", "First.\n\nSecond & last.")


def assert_saved(site, number: int) -> None:
    post = site.post(number)
    assert post["title"] == "Dredging moves"
    assert post["content"].replace("\r\n", "\n") == "First.\n\nSecond & last."
    assert post["version"] == 2


def test_with_the_database_away_the_page_brings_the_text_back(olives, site, spare_postgres, audit):
    type_into(olives, 1)
    spare_postgres.stop()
    olives.keyboard.press("Control+s")
    olives.wait_for_selector("text=What you just sent is here")
    audit(olives)
    olives.click("text=Send again")
    olives.wait_for_selector("text=What you just sent is here")
    spare_postgres.start()
    olives.click("text=Send again")
    olives.wait_for_selector(".messagelist")
    assert_saved(site, 1)
    olives.goto("/admin/")
    assert not olives.is_visible(".notice.kept")


def test_who_leaves_that_page_is_offered_the_text_on_the_next(olives, site, spare_postgres):
    type_into(olives, 2)
    spare_postgres.stop()
    olives.keyboard.press("Control+s")
    olives.wait_for_selector("text=What you just sent is here")
    spare_postgres.start()
    olives.goto("/admin/")
    olives.click("text=Send it again")
    olives.wait_for_selector(".messagelist")
    assert_saved(site, 2)


def test_with_the_server_killed_the_tab_brings_the_text_back(olives, site):
    type_into(olives, 3)
    site.kill()
    with olives.expect_event("requestfailed", lambda request: request.method == "POST"):
        olives.keyboard.press("Control+s")
    site.start()
    olives.goto("/admin/posts/post/3/change/")
    assert "got no answer" in olives.inner_text(".notice.kept")
    olives.click("text=Send it again")
    olives.wait_for_selector(".messagelist")
    assert_saved(site, 3)
    olives.goto("/admin/")
    assert not olives.is_visible(".notice.kept")
