"""Results kept for a while in Django's cache, whatever stands behind it.

    @cached(expire_seconds=1_800, key_prefix="user")
    def user_card(user_id): ...

    user_card(7)        # computed once, then read from the key `user:7`
    user_card.drop(7)   # forgotten after the commit of what changed it

The cache is a convenience: whatever fails in it is logged, and the caller gets his value
computed. `guarded_redis` keeps a Redis that hangs from costing its timeout at each call.
"""

import functools
import inspect
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db import transaction

from apps.backoffice.cache_keys import cache_key

logger = logging.getLogger(__name__)

# Longer than any computation that a page waits for.
LEASE_SECONDS = 20
# What could not be dropped while the cache was away is dropped before the next read. Beyond
# this many the rest goes by its expiry.
MAX_UNDROPPED = 1_000
undropped: set[str] = set()


def cached(*, expire_seconds: int, key_prefix: str) -> Callable[[Callable], "CachedFunction"]:
    """Keep a function's results under keys that are the same in every process.

    Arguments are numbers, strings, dates, enums and collections of these; a None that was
    returned is kept like any other value.
    """
    return functools.partial(CachedFunction, expire_seconds=expire_seconds, key_prefix=key_prefix)


class CachedFunction:
    def __init__(self, function: Callable, *, expire_seconds: int, key_prefix: str):
        functools.update_wrapper(self, function)
        self.function = function
        self.signature = inspect.signature(function)
        self.expire_seconds = expire_seconds
        self.key_prefix = key_prefix

    def __call__(self, *args, **kwargs):
        key = self.key(*args, **kwargs)
        entry = read(key)
        if isinstance(entry, tuple):
            return entry[0]
        lease = take_lease(key) if entry is None else None
        value = self.function(*args, **kwargs)
        if lease:
            keep(key, value, self.expire_seconds, lease)
        return value

    def key(self, *args, **kwargs) -> str:
        """The same for `f(1)` and `f(number=1)`."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return cache_key(self.key_prefix, bound.arguments.values())

    def drop(self, *args, **kwargs) -> None:
        """Forget one result once the surrounding transaction is committed, or at once."""
        key = self.key(*args, **kwargs)
        transaction.on_commit(functools.partial(drop_keys, [key]), robust=True)


def read(key: str) -> Any:
    """A kept value in a tuple of one, another caller's lease, or None."""
    if undropped:
        drop_keys(list(undropped))
    return attempt(cache.get, key)


def take_lease(key: str) -> str | None:
    """Announce that a value is being computed.

    Dropping removes the lease too, so a value read before a commit is not kept after it.
    """
    lease = secrets.token_hex(8)
    return lease if attempt(cache.add, key, lease, LEASE_SECONDS) else None


def keep(key: str, value: Any, expire_seconds: int, lease: str) -> None:
    if attempt(cache.get, key) == lease:
        attempt(cache.set, key, (value,), expire_seconds)


def drop_keys(keys: list[str]) -> None:
    for key in keys:
        # None is django-redis's answer for "could not ask".
        if attempt(cache.delete, key) is None:
            if len(undropped) < MAX_UNDROPPED:
                undropped.add(key)
        else:
            undropped.discard(key)


def attempt(operation: Callable, *args) -> Any:
    """What the cache answers; None if it fails, or holds what this release cannot read."""
    try:
        return operation(*args)
    except Exception as error:  # noqa: BLE001  Unpickling alone can raise anything.
        logger.warning("The cache failed: %s", type(error).__name__)
        return None
