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
from tests.races import PATIENCE_SECONDS, eventually
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
    """Computes 1, 2, 3 …, each as soon as `may_end` holds."""

    def __init__(self, may_end=lambda: True):
        self.calls, self.may_end = 0, may_end

    def __call__(self) -> int:
        self.calls += 1
        number = self.calls
        eventually(self.may_end)
        return number


def ask(compute, key: str = "k", **how):
    return kept(key, compute, fresh_seconds=60, **how)


class Readers(list):
    """Threads that ask at the same moment, and what those who have their answer got."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.waiting = set()
        take_lease = single_flight.take_lease

        def noted(*args):
            token = take_lease(*args)
            self.waiting.add(threading.get_ident())
            return token

        monkeypatch.setattr(single_flight, "take_lease", noted)

    def ask(self, number: int, compute, **how) -> None:
        barrier = threading.Barrier(number)

        def reader():
            barrier.wait(PATIENCE_SECONDS)
            self.append(ask(compute, **how))

        threads = [threading.Thread(target=reader) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(self) == number

    @property
    def values(self) -> set:
        return {one.value for one in self}


@pytest.fixture
def readers(monkeypatch) -> Readers:
    return Readers(monkeypatch)


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


def test_the_first_readers_wait_for_one_computation(readers):
    compute = Counted(may_end=lambda: len(readers.waiting) >= 8)
    readers.ask(8, compute)
    assert (readers.values, compute.calls) == ({1}, 1)


def test_an_expired_result_is_computed_once_and_served_stale_meanwhile(readers):
    ask(Counted())
    drop("k")
    compute = Counted(may_end=lambda: len(readers) == 7)
    readers.ask(8, compute)
    assert compute.calls == 1
    assert [one.is_stale for one in readers].count(True) == 7


def test_refresh_now_computes_and_others_see_it():
    compute = Counted()
    ask(compute)
    assert ask(compute, refresh=True).value == 2
    assert ask(compute).value == 2


def test_many_who_refresh_at_once_compute_at_most_twice(readers):
    """One may have begun before the others asked, and then they want one begun later."""
    compute = Counted(may_end=lambda: len(readers.waiting) >= 8)
    readers.ask(8, compute, refresh=True)
    assert compute.calls <= 2


def test_what_was_made_between_look_and_lease_is_enough(monkeypatch):
    compute, take_lease = Counted(), single_flight.take_lease

    def late(*args):
        monkeypatch.undo()
        ask(compute, refresh=True)
        return take_lease(*args)

    monkeypatch.setattr(single_flight, "take_lease", late)
    assert ask(compute, refresh=True).value == 1
    assert compute.calls == 1


def test_an_error_is_the_callers_and_the_next_reader_tries_again():
    def broken():
        raise LookupError

    with pytest.raises(LookupError):
        ask(broken)
    assert ask(Counted()).value == 1


def test_a_reader_that_died_is_replaced_by_one(readers):
    cache.add(lease_of("k"), "a reader killed", 1)
    compute = Counted()
    started = time.monotonic()
    readers.ask(6, compute)
    assert (readers.values, compute.calls) == ({1}, 1)
    # By who saw the lease end, not by one who had waited for as long as a lease may last.
    assert time.monotonic() - started < single_flight.LEASE_SECONDS


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


def test_without_redis_a_process_keeps_its_own(dead_cache, readers):
    compute = Counted(may_end=lambda: len(readers.waiting) >= 6)
    readers.ask(6, compute)
    assert (readers.values, compute.calls) == ({1}, 1)
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
    said = "".join(
        process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes
    ).splitlines()
    assert said.count("computed") == 1
    assert said.count("got old") + said.count("got new") == READERS
