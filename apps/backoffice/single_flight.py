"""Results that are dear to compute: one recompute however many readers, and a stale copy meanwhile.

    found = kept("report:people:…", compute, fresh_seconds=300)
    found.value, found.made_at, found.is_stale

A result is fresh for `fresh_seconds`, give or take a tenth, so that what was computed together
does not expire together; and only while `is_current`, if given, says so of its value. Of the
readers that find it expired one takes a lease and computes; the others get the old copy. Without
one they wait for him, at most as long as his lease: a reader that died holding it is replaced by
one other. Where the cache cannot be asked, the process keeps results of its own, in the same way.
("Single flight": https://pkg.go.dev/golang.org/x/sync)
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache

from apps.backoffice.caching import attempt

# A stale copy is better than waiting for this long, and worse than nothing after it.
STALE_SECONDS = 86_400
# A computation may last longer: then a second one begins beside it, not a hundred.
LEASE_SECONDS = 20
WAIT_SECONDS = 0.05
JITTER = 0.1
# For as long as the shared cache is away; each process computes for itself then.
in_process = LocMemCache("single-flight", {"OPTIONS": {"MAX_ENTRIES": 500}})
random = SystemRandom()


@dataclass(frozen=True)
class Kept:
    value: Any
    made_at: float
    is_stale: bool = False


def always(value: Any) -> bool:
    return True


class Unreachable(Exception):
    """The cache did not answer."""


def kept(
    key: str,
    compute: Callable[[], Any],
    *,
    fresh_seconds: float,
    refresh: bool = False,
    is_current: Callable[[Any], bool] = always,
) -> Kept:
    """What is kept under `key`, computed anew where it has expired or `refresh` asks for it.

    `made_at` is the time it was computed, in seconds since 1970. Errors of `compute` are the
    caller's; the next reader tries again.
    """
    how = {"fresh_seconds": fresh_seconds, "refresh": refresh, "is_current": is_current}
    try:
        return flight(cache, key, compute, **how)
    except Unreachable:
        return flight(in_process, key, compute, **how)


def flight(store: BaseCache, key: str, compute: Callable, *, fresh_seconds, refresh, is_current):
    asked_at = time.time()

    def is_enough(entry: dict) -> bool:
        # Who asks for a new one is content with what was begun after he asked.
        if entry["begun_at"] >= asked_at:
            return True
        is_fresh = time.time() < entry["fresh_until"] and is_current(entry["value"])
        return is_fresh and not refresh

    deadline = time.monotonic() + LEASE_SECONDS + 1
    while True:
        entry = read(store, key)
        if entry and is_enough(entry):
            return Kept(entry["value"], entry["made_at"])
        token = take_lease(store, key)
        if token or time.monotonic() > deadline:
            return computed(store, key, compute, fresh_seconds, token, is_enough=is_enough)
        if entry and not refresh:
            return Kept(entry["value"], entry["made_at"], is_stale=True)
        time.sleep(WAIT_SECONDS)


def computed(store, key, compute, fresh_seconds, token, *, is_enough) -> Kept:
    """The value, kept for others. Between our look and our lease somebody may have made one."""
    try:
        entry = read(store, key)
        if entry and is_enough(entry):
            return Kept(entry["value"], entry["made_at"])
        begun_at = time.time()
        value = compute()
        made_at = time.time()
        spread = random.uniform(1 - JITTER, 1 + JITTER)
        entry = {"value": value, "begun_at": begun_at, "made_at": made_at}
        entry["fresh_until"] = made_at + fresh_seconds * spread
        attempt(store.set, key, entry, STALE_SECONDS)
        return Kept(value, made_at)
    finally:
        release(store, key, token)


def read(store: BaseCache, key: str) -> dict | None:
    entry = attempt(store.get, key)
    return entry if isinstance(entry, dict) and "fresh_until" in entry else None


def take_lease(store: BaseCache, key: str) -> str:
    """A token, or empty if another has the lease. Raises Unreachable."""
    token = secrets.token_hex(8)
    taken = attempt(store.add, lease_of(key), token, LEASE_SECONDS)
    if taken is None:
        raise Unreachable
    return token if taken else ""


def release(store: BaseCache, key: str, token: str) -> None:
    """Only our own: after it has run out the lease may be another's."""
    if token and attempt(store.get, lease_of(key)) == token:
        attempt(store.delete, lease_of(key))


def lease_of(key: str) -> str:
    return f"{key}:lease"


def drop(key: str) -> None:
    """Expire what is kept: the next reader computes, others get the old copy meanwhile."""
    for store in (cache, in_process):
        if entry := read(store, key):
            attempt(store.set, key, entry | {"fresh_until": 0}, STALE_SECONDS)
