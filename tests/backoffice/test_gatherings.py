"""Who is at a place: on the leg's cache, Redis or the one of this process."""

import signal
import sys
import threading
import time

import pytest
import redis
from django.core.cache import cache

from apps.backoffice import gatherings, guarded_redis
from apps.backoffice.gatherings import join, leave, present
from tests.races import eventually

PEOPLE = 50
PLACES = ["here", "there", "elsewhere"]


@pytest.fixture(autouse=True)
def fresh_guard():
    guarded_redis.guard.close()
    yield
    guarded_redis.guard.close()


def names(members) -> list[str]:
    return sorted(member.name for member in members)


def test_one_is_told_of_the_others():
    assert join("here", "1", "", seconds=40) == []
    assert names(join("here", "2", "", seconds=40)) == ["1"]
    assert names(join("here", "1", "", seconds=40)) == ["2"]
    assert names(present("here")) == ["1", "2"]


def test_places_do_not_know_each_other():
    join("here", "1", "", seconds=40)
    assert present("there") == []


def test_the_last_note_counts_and_the_first_time():
    join("here", "1", "editing Élan | ü", seconds=40)
    (before,) = present("here")
    assert before.note == "editing Élan | ü"
    time.sleep(0.002)
    join("here", "1", "unsaved  Élan", seconds=40)
    assert present("here") == [before._replace(note="unsaved  Élan")]


def test_who_leaves_is_gone_at_once():
    join("here", "1", "", seconds=40)
    join("here", "2", "", seconds=40)
    leave("here", "1")
    assert names(present("here")) == ["2"]
    leave("here", "nobody")
    assert names(present("here")) == ["2"]


def test_who_stops_is_gone_by_himself():
    join("here", "1", "", seconds=0.2)
    join("here", "2", "", seconds=40)
    eventually(lambda: names(present("here")) == ["2"])


def test_nothing_is_kept_of_an_empty_place(redis_url):
    client = cache.client.get_client()
    join("here", "1", "", seconds=40)
    assert client.keys() == [b"copydesk:1:here"]
    assert 0 < client.ttl("copydesk:1:here") <= 40
    join("here", "1", "", seconds=0.1)
    eventually(lambda: client.keys() == [])


def test_a_full_place_takes_nobody_more_but_those_who_are_there(monkeypatch):
    monkeypatch.setattr(gatherings, "MOST_MEMBERS", 2)
    for name in "123":
        join("here", name, "came", seconds=40)
    assert names(present("here")) == ["1", "2"]
    join("here", "2", "again", seconds=40)
    assert {member.note for member in present("here")} == {"came", "again"}


@pytest.fixture
def restless(settings):
    """Threads take turns a thousand times as often, so that a race in this process is lost."""
    interval = sys.getswitchinterval()
    if settings.LEG == "sqlite":
        sys.setswitchinterval(interval / 1000)
    yield
    sys.setswitchinterval(interval)


def test_fifty_who_come_at_once_are_all_seen(restless):
    start = threading.Barrier(PEOPLE)

    def come(number: int) -> None:
        start.wait()
        for place in PLACES:
            join(place, str(number), f"editing {number}", seconds=40)

    threads = [threading.Thread(target=come, args=[number]) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(present(place)) for place in PLACES] == [PEOPLE] * len(PLACES)


def test_several_processes_without_redis_cannot_tell(sqlite, settings):
    settings.PROCESSES = 2
    assert join("here", "1", "", seconds=40) is None
    assert present("here") is None


def test_another_cache_cannot_tell(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert join("here", "1", "", seconds=40) is None


def test_a_redis_that_stopped_cannot_tell_and_comes_back(spare_redis, settings):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    assert join("here", "1", "", seconds=40) == []
    spare_redis.stop()
    assert [join("here", "1", "", seconds=40) for _ in range(10)] == [None] * 10
    leave("here", "1")
    spare_redis.start()
    guarded_redis.guard.close()
    assert join("here", "2", "", seconds=40) == []


def test_a_redis_that_hangs_costs_its_timeout_once(spare_redis, settings, monkeypatch):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    monkeypatch.setattr(guarded_redis, "FIRST_PAUSE_SECONDS", 20)
    join("here", "1", "", seconds=40)
    asked, execute = [], redis.Redis.execute_command
    monkeypatch.setattr(
        redis.Redis,
        "execute_command",
        lambda client, *args, **how: asked.append(args[0]) or execute(client, *args, **how),
    )
    guarded_redis.guard.close()
    spare_redis.process.send_signal(signal.SIGSTOP)
    try:
        assert [join("here", "1", "", seconds=40) for _ in range(10)] == [None] * 10
    finally:
        spare_redis.process.send_signal(signal.SIGCONT)
    assert len(asked) == 1
