import datetime
import signal
import subprocess
import sys
import time

import pytest
import redis
from django.core.cache import cache
from django.db import transaction

from apps.backoffice import caching, guarded_redis
from apps.backoffice.cache_keys import cache_key
from apps.backoffice.caching import cached
from tests.races import eventually


@pytest.fixture(autouse=True)
def fresh_guard():
    caching.undropped.clear()
    guarded_redis.guard.close()
    yield
    guarded_redis.guard.close()
    caching.undropped.clear()


@pytest.fixture
def counted():
    """A cached function that returns what it was given and counts its calls."""

    @cached(expire_seconds=60, key_prefix="counted")
    def function(number, extra=None):
        function.calls += 1
        return function.answer

    function.calls = 0
    function.answer = None
    return function


def test_the_second_call_is_a_hit(counted):
    counted.answer = {"name": "Wren"}
    assert [counted(1), counted(1), counted(number=1)] == [{"name": "Wren"}] * 3
    assert counted.calls == 1


def test_a_none_is_a_hit(counted):
    assert [counted(1), counted(1)] == [None, None]
    assert counted.calls == 1


def test_other_arguments_are_other_values(counted):
    counted(1)
    counted("1")
    counted(True)
    counted(1, extra="x")
    assert counted.calls == 4


def test_a_value_expires():
    calls = []

    @cached(expire_seconds=1, key_prefix="brief")
    def brief():
        calls.append(1)

    brief()
    brief()
    assert len(calls) == 1
    cache.touch(brief.key(), 0)
    brief()
    assert len(calls) == 2


def test_the_expiry_is_the_one_declared(redis_url, counted):
    counted(1)
    assert 55 <= cache.ttl("counted:1:null") <= 60


@pytest.mark.django_db(transaction=True)
def test_a_drop_waits_for_the_commit(counted):
    counted(1)
    with transaction.atomic():
        counted.drop(1)
        counted(1)
        assert counted.calls == 1
    counted(1)
    assert counted.calls == 2


@pytest.mark.django_db(transaction=True)
def test_a_drop_of_a_rolled_back_change_does_nothing(counted):
    counted(1)
    with transaction.atomic():
        counted.drop(1)
        transaction.set_rollback(True)
    counted(1)
    assert counted.calls == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_commit_is_not_kept_after_it():
    """The reader is overtaken: the row changes between his reading and his keeping."""
    truth = {"name": "old"}

    @cached(expire_seconds=60, key_prefix="overtaken")
    def name():
        read = truth["name"]
        if read == "old":
            truth["name"] = "new"
            name.drop()
        return read

    assert name() == "old"
    assert name() == "new"


def test_errors_of_the_function_are_the_callers(counted):
    @cached(expire_seconds=60, key_prefix="broken")
    def broken():
        raise LookupError

    with pytest.raises(LookupError):
        broken()


def test_an_entry_that_cannot_be_read_is_a_miss(counted, monkeypatch):
    def unreadable(*args):
        raise AttributeError("a class of the last release")

    monkeypatch.setattr(cache, "get", unreadable)
    counted.answer = 5
    assert [counted(1), counted(1)] == [5, 5]


# Keys


def test_keys_can_be_read():
    assert cache_key("user", [7]) == "user:7"
    assert cache_key("markdown", [7, 3]) == "markdown:7:3"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["1"], [1]),
        ([True], [1]),
        ([None], ["null"]),
        (["a", "b"], ['a":"b']),
        ([{"a": 1}], [[["a", 1]]]),
        ([datetime.date(2026, 1, 1)], ["2026-01-01"]),
        (["x" * 300], ["x" * 301]),
    ],
)
def test_different_arguments_have_different_keys(one, other):
    assert cache_key("p", one) != cache_key("p", other)


def test_the_order_of_sets_and_dicts_does_not_matter():
    assert cache_key("p", [{"b": 1, "a": 2}]) == cache_key("p", [{"a": 2, "b": 1}])
    assert cache_key("p", [{"x", "y", "z"}]) == cache_key("p", [{"z", "y", "x"}])


@pytest.mark.parametrize("text", ["with space", "é", "\x00", "\ud800", "x" * 10_000])
def test_any_text_gives_a_key_that_every_cache_takes(text):
    key = cache_key("p", [text])
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert len(key) <= 200


def test_keys_are_equal_in_every_process():
    code = (
        "from apps.backoffice.cache_keys import cache_key;"
        "print(cache_key('p', [{'a', 'b', 'c'}, {'x': 1.5}, 'with space']))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(keys) == 1
    assert keys.pop().startswith("p:")


def test_objects_are_refused():
    with pytest.raises(TypeError, match="give its id"):
        cache_key("p", [object()])


# Outages of the real Redis


@pytest.fixture
def failing_cache(spare_redis, settings, monkeypatch):
    """The cache on a Redis of the test's own, which answers."""
    settings.CACHES = {"default": settings.REDIS_CACHE | {"LOCATION": spare_redis.url}}
    # A busy machine may be slow without being ill; the test of slowness sets its own bound.
    monkeypatch.setattr(guarded_redis, "SLOW_SECONDS", 5)
    monkeypatch.setattr(guarded_redis, "FIRST_PAUSE_SECONDS", 20)

    def answers() -> bool:
        guarded_redis.guard.close()
        cache.get("anything")
        return not guarded_redis.guard.pause_seconds

    eventually(answers)
    return spare_redis


@pytest.fixture
def asked(failing_cache, monkeypatch) -> list:
    """What Redis was asked, answered or not."""
    commands, execute = [], redis.Redis.execute_command
    monkeypatch.setattr(
        redis.Redis,
        "execute_command",
        lambda client, *args, **how: commands.append(args[0]) or execute(client, *args, **how),
    )
    return commands


def hang(server) -> None:
    server.process.send_signal(signal.SIGSTOP)


def wake(server) -> None:
    server.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("is_connected", [True, False])
def test_a_hanging_redis_costs_its_timeout_once(failing_cache, counted, asked, is_connected):
    """Without a connection too: making one works, its first answer never comes."""
    if not is_connected:
        cache.close()
    hang(failing_cache)
    try:
        started = time.monotonic()
        counted(1)
        # The timeout is 0.2 s; the client's own would be 5.
        assert time.monotonic() - started < 4
        assert len(asked) == 1
        for number in range(10):
            counted(number)
    finally:
        wake(failing_cache)
    assert len(asked) == 1
    assert counted.calls == 11


def test_a_redis_that_is_down_is_asked_once(failing_cache, counted, asked):
    failing_cache.stop()
    for number in range(10):
        counted(number)
    assert len(asked) == 1
    assert counted.calls == 10


def test_a_slow_redis_is_left_alone(failing_cache, counted, monkeypatch):
    counted(1)
    monkeypatch.setattr(guarded_redis, "SLOW_SECONDS", 0)
    counted(1)
    assert counted.calls == 1
    counted(1)
    assert counted.calls == 2


def test_it_is_asked_again_after_the_pause(failing_cache, counted, monkeypatch):
    counted(1)
    failing_cache.stop()
    counted(1)
    failing_cache.start()
    monkeypatch.setattr(guarded_redis.guard, "paused_until", 0)
    counted(1)
    counted(1)
    assert counted.calls == 3
    assert guarded_redis.guard.pause_seconds == 0


def test_pauses_grow_while_it_stays_down(failing_cache, counted, monkeypatch):
    failing_cache.stop()
    pauses = []
    for number in range(6):
        monkeypatch.setattr(guarded_redis.guard, "paused_until", 0)
        counted(number)
        pauses.append(guarded_redis.guard.pause_seconds)
    assert pauses[0] < pauses[1]
    assert pauses[-1] == guarded_redis.LONGEST_PAUSE_SECONDS


@pytest.mark.django_db(transaction=True)
def test_what_changed_during_an_outage_is_not_shown_after_it(failing_cache, counted, monkeypatch):
    counted.answer = "old"
    counted(1)
    hang(failing_cache)
    try:
        # Not the drop first: it would wait in the socket and be carried out on waking.
        counted(2)
        counted.drop(1)
    finally:
        wake(failing_cache)
    monkeypatch.setattr(guarded_redis.guard, "paused_until", 0)
    counted.answer = "new"
    assert counted(1) == "new"


def test_a_flush_is_a_miss(redis_url, counted):
    counted(1)
    cache.clear()
    counted(1)
    assert counted.calls == 2
