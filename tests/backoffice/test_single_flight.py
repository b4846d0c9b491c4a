"""One recompute, however many ask: in a process, over processes, and with the cache away."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.cache import cache

from apps.backoffice import guarded_redis, single_flight
from apps.backoffice.single_flight import drop, kept, lease_of
from tests.sizes import READERS, READING_PROCESSES

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_kept():
    single_flight.in_process.clear()
    guarded_redis.guard.close()
    yield
    single_flight.in_process.clear()
    guarded_redis.guard.close()


class Counted:
    """Computes 1, 2, 3 …, slowly if asked to."""

    def __init__(self, seconds: float = 0):
        self.calls, self.seconds = 0, seconds

    def __call__(self) -> int:
        self.calls += 1
        time.sleep(self.seconds)
        return self.calls


def ask(compute, key: str = "k", **how):
    return kept(key, compute, fresh_seconds=60, **how)


def at_once(number: int, compute, **how) -> list:
    """What so many threads get who ask at the same moment."""
    barrier, found = threading.Barrier(number), []

    def reader():
        barrier.wait()
        found.append(ask(compute, **how))

    threads = [threading.Thread(target=reader) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_what_is_fresh_is_not_computed_again():
    compute = Counted()
    first, second = ask(compute), ask(compute)
    assert (first.value, second.value, compute.calls) == (1, 1, 1)
    assert first.made_at == second.made_at
    assert not second.is_stale


def test_none_is_a_result():
    calls = []
    for _ in range(2):
        assert ask(lambda: calls.append(1)).value is None
    assert len(calls) == 1


def test_the_first_readers_wait_for_one_computation():
    compute = Counted(seconds=0.3)
    assert {one.value for one in at_once(8, compute)} == {1}
    assert compute.calls == 1


def test_an_expired_result_is_computed_once_and_served_stale_meanwhile():
    ask(Counted())
    drop("k")
    compute = Counted(seconds=0.5)
    found = at_once(8, compute)
    assert compute.calls == 1
    assert [one.is_stale for one in found].count(True) == 7


def test_refresh_now_computes_and_others_see_it():
    compute = Counted()
    ask(compute)
    assert ask(compute, refresh=True).value == 2
    assert ask(compute).value == 2


def test_many_who_refresh_at_once_compute_at_most_twice():
    """One may have begun before the others asked, and then they want one begun later."""
    compute = Counted(seconds=0.2)
    at_once(8, compute, refresh=True)
    assert compute.calls <= 2


def test_an_error_is_the_callers_and_the_next_reader_tries_again():
    def broken():
        raise LookupError

    with pytest.raises(LookupError):
        ask(broken)
    assert ask(Counted()).value == 1


def test_a_reader_that_died_is_replaced_by_one(monkeypatch):
    monkeypatch.setattr(single_flight, "LEASE_SECONDS", 1)
    cache.add(lease_of("k"), "a reader killed", 1)
    compute = Counted(seconds=0.2)
    started = time.monotonic()
    assert {one.value for one in at_once(6, compute)} == {1}
    assert compute.calls == 1
    assert time.monotonic() - started < 5


def test_a_lease_of_another_is_not_released():
    def overtaken():
        cache.set(lease_of("k"), "another's", 60)

    ask(overtaken)
    assert cache.get(lease_of("k")) == "another's"


def test_freshness_is_spread():
    until = set()
    for number in range(20):
        ask(Counted(), key=f"k{number}")
        entry = cache.get(f"k{number}")
        until.add(round(entry["fresh_until"] - entry["made_at"]))
        assert 54 <= entry["fresh_until"] - entry["made_at"] <= 66
    assert len(until) > 3


def test_an_entry_of_another_shape_is_a_miss():
    cache.set("k", ("of an older release",), 60)
    assert ask(Counted()).value == 1


@pytest.fixture
def dead_cache(spare_redis, settings):
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    spare_redis.stop()
    return spare_redis


def test_without_redis_a_process_keeps_its_own(dead_cache):
    compute = Counted(seconds=0.2)
    assert {one.value for one in at_once(6, compute)} == {1}
    assert compute.calls == 1
    assert ask(compute, refresh=True).value == 2


READER = """
import sys, threading, time
import django
from django.conf import settings
settings.configure(CACHES={"default": {
    "BACKEND": "django_redis.cache.RedisCache", "LOCATION": sys.argv[1],
}}, INSTALLED_APPS=[])
django.setup()
from apps.backoffice.single_flight import kept

said = []

def compute():
    said.append("computed")
    time.sleep(0.5)
    return "new"

def read():
    said.append("got " + kept("shared", compute, fresh_seconds=60).value)

threads = [threading.Thread(target=read) for _ in range(int(sys.argv[2]))]
print("ready", flush=True)
sys.stdin.readline()
for thread in threads: thread.start()
for thread in threads: thread.join()
print("\\n".join(said))
"""


def test_readers_in_many_processes_compute_an_expired_result_once(spare_redis, settings):
    settings.CACHES = {
        "default": {"BACKEND": settings.REDIS_CACHE["BACKEND"], "LOCATION": spare_redis.url}
    }
    kept("shared", lambda: "old", fresh_seconds=60)
    drop("shared")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", READER, spare_redis.url, str(READERS // READING_PROCESSES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(READING_PROCESSES)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = "".join(process.communicate(timeout=60)[0] for process in processes).splitlines()
    assert said.count("computed") == 1
    assert said.count("got old") + said.count("got new") == READERS
