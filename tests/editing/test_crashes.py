"""The commit is carried out and nobody hears of it: the retry finds it, and changes nothing."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.posts.models import Category, Post
from config.settings.environment import SETTINGS
from tests.commit_proxy import CommitProxy
from tests.factories import PostFactory, olive
from tests.forms import form_on, log_in, open_add, open_change
from tests.races import PATIENCE_SECONDS
from tests.sizes import CRASHES
from tests.stores import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("postgres")]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def proxy() -> Iterator[CommitProxy]:
    made = CommitProxy(int(connection.settings_dict["PORT"]))
    yield made
    made.close()


@pytest.fixture
def through_proxy(proxy, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PORT", proxy.port)
    connection.close()
    yield proxy
    connection.close()


def open_both():
    client, post = log_in(olive()), PostFactory(title="Harbour")
    return {
        "edit": (open_change(client, post), {"title": "Typed"}),
        "add": (open_add(client, Category), {"name": "Sea", "slug": "sea"}),
    }


@pytest.mark.parametrize("which", ["edit", "add"])
def test_a_connection_that_ends_during_the_commit_is_answered_as_saved(which, through_proxy):
    form, typed = open_both()[which]
    before = AuditEntry.objects.count()
    through_proxy.cut_next()
    answer = form.post(**typed)
    assert through_proxy.was_cut.is_set()
    assert answer.status_code == 302
    again = form.post(**typed)
    assert (again.status_code, again.url) == (answer.status_code, answer.url)
    assert AuditEntry.objects.count() == before + 1
    assert not PendingEdit.objects.exists()


def test_what_was_kept_though_it_was_saved_no_longer_waits(through_proxy, monkeypatch):
    """The look whether it was saved failed too; the retry finds both."""
    form, typed = open_both()["add"]
    with monkeypatch.context() as patch:
        patch.setattr("apps.editing.saving.Saving.answer_after_all", lambda self: None)
        through_proxy.cut_next()
        assert form.post(**typed).status_code == 503
    assert PendingEdit.objects.get().is_waiting
    assert form.post(**typed).status_code == 302
    assert not PendingEdit.objects.get().is_waiting
    assert Category.objects.count() == 1


class Site:
    """gunicorn with one worker, that speaks to the tests' database through a proxy."""

    def __init__(self, proxy: CommitProxy):
        self.port = free_port()
        name = connection.settings_dict["NAME"]
        values = dict.fromkeys(SETTINGS, "") | {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": f"postgresql://copydesk@127.0.0.1:{proxy.port}/{name}",
            "DB_POOL_SIZE": "2",
            "PORT": str(self.port),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.gunicorn", "--log-level", "critical"],
            cwd=ROOT,
            env=os.environ | values,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill_worker(self) -> None:
        children = subprocess.check_output(["pgrep", "-P", str(self.process.pid)], text=True)
        for pid in children.split():
            os.kill(int(pid), signal.SIGKILL)

    def ask(self, method: str, path: str, cookies: dict, data: dict | None = None):
        connected = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(data, doseq=True) if data else None
        connected.request(method, path, body, headers)
        answer = connected.getresponse()
        answer.text = answer.read().decode()
        connected.close()
        return answer

    def ask_until_answered(self, *args):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                return self.ask(*args)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        raise RuntimeError("gunicorn does not answer")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def site(proxy) -> Iterator[Site]:
    served = Site(proxy)
    yield served
    served.stop()


def browser_form(site: Site, cookies: dict, address: str, form_id: str) -> dict:
    answer = site.ask_until_answered("GET", address, cookies)
    cookies["csrftoken"] = (
        answer.getheader("Set-Cookie").partition("csrftoken=")[2].partition(";")[0]
    )
    return form_on(answer.text, form_id).fields


def test_a_worker_killed_between_commit_and_answer_has_saved_once(site, proxy):
    client, post = log_in(olive()), PostFactory(title="Harbour")
    cookies = {"sessionid": client.cookies["sessionid"].value}
    pages = [
        (f"/admin/posts/post/{post.pk}/change/", "post_form", {"title": "Typed {}"}),
        ("/admin/posts/category/add/", "category_form", {"name": "Sea {}", "slug": "sea-{}"}),
    ]
    for number in range(CRASHES):
        address, form_id, typed = pages[number % 2]
        data = browser_form(site, cookies, address, form_id)
        data |= {name: text.format(number) for name, text in typed.items()}
        before = AuditEntry.objects.count()
        proxy.cut_next(then=site.kill_worker)
        with pytest.raises((OSError, http.client.HTTPException)):
            site.ask("POST", address, cookies, data | {"_save": "Save"})
        assert proxy.was_cut.is_set()
        # It was the commit of the change.
        assert AuditEntry.objects.count() == before + 1
        answer = site.ask_until_answered("POST", address, cookies, data | {"_save": "Save"})
        assert answer.status == 302
        assert answer.getheader("Location") == address[: address.index("/", 14) + 1]
        assert AuditEntry.objects.count() == before + 1
    assert Post.objects.get().version == (CRASHES + 1) // 2 + 1
    assert Category.objects.count() == CRASHES // 2
    assert not PendingEdit.objects.exists()
