"""Who is at one place at this moment: each says so again and again, and is gone when he stops.

Kept in Redis, or in the cache of the one process; where neither is (several processes without
Redis, a Redis that is away) the answer is None: nobody can tell.
"""

import logging
import threading
import time
from datetime import UTC, datetime
from typing import NamedTuple

import redis
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache

logger = logging.getLogger(__name__)

# Against a flood: whoever comes when a place is full is not kept, and still told who is there.
MOST_MEMBERS = 200
READ_ONLY = -1


class Member(NamedTuple):
    """`since` is when he came, `note` what he last said of himself."""

    name: str
    since: datetime
    note: str


def join(place: str, member: str, note: str, *, seconds: float) -> list[Member] | None:
    """Be at a place for so many seconds; gives the others who are there."""
    return _ask(place, member, note, round(seconds * 1000))


def leave(place: str, member: str) -> None:
    _ask(place, member, "", 0)


def present(place: str) -> list[Member] | None:
    return _ask(place, "", "", READ_ONLY)


def _ask(place: str, member: str, note: str, milliseconds: int) -> list[Member] | None:
    cache = caches["default"]
    if isinstance(cache, RedisCache):
        found = _in_redis(cache, place, member, note, milliseconds)
    elif isinstance(cache, LocMemCache) and settings.PROCESSES == 1:
        found = _in_process(cache, place, member, note, milliseconds)
    else:
        return None
    return None if found is None else [_member(name, text) for name, text in found]


def _member(name: str, text: str) -> Member:
    _, since, note = text.split(" ", 2)
    return Member(name, datetime.fromtimestamp(int(since) / 1000, UTC), note)


# A hash of "until since note" for each member. One script is one round trip, in which nobody
# else's comes between; and the time is Redis's, whose machines' clocks need not agree.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local member, note, milliseconds, most = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local since, others = now, {}
local found = redis.call('HGETALL', KEYS[1])
for i = 1, #found, 2 do
  local ends, began = string.match(found[i + 1], '^(%d+) (%d+) ')
  if tonumber(ends) <= now then
    redis.call('HDEL', KEYS[1], found[i])
  elseif found[i] == member then
    since = began
  else
    others[#others + 1] = found[i]
    others[#others + 1] = found[i + 1]
  end
end
if milliseconds == 0 then
  redis.call('HDEL', KEYS[1], member)
elseif milliseconds > 0 and #others < 2 * most then
  redis.call('HSET', KEYS[1], member, (now + milliseconds) .. ' ' .. since .. ' ' .. note)
  redis.call('PEXPIRE', KEYS[1], milliseconds)
end
return others
"""


def _in_redis(
    cache: RedisCache, place: str, member: str, note: str, milliseconds: int
) -> list[tuple[str, str]] | None:
    try:
        client = cache.client.get_client(write=True)
        arguments = [member, note, milliseconds, MOST_MEMBERS]
        answer = client.eval(SCRIPT, 1, cache.make_key(place), *arguments)
    except (redis.RedisError, OSError) as error:
        # The guard has told the outage, and a heartbeat of everybody would repeat it for ever.
        level = logging.INFO if isinstance(error, redis.ConnectionError) else logging.WARNING
        logger.log(level, "Nobody can tell who is there: %s", type(error).__name__)
        return None
    texts = [text.decode() for text in answer]
    return list(zip(texts[::2], texts[1::2], strict=True))


_lock = threading.Lock()


def _in_process(
    cache: BaseCache, place: str, member: str, note: str, milliseconds: int
) -> list[tuple[str, str]]:
    """What the script does, among the threads of one process."""
    now = int(time.time() * 1000)
    with _lock:
        there = {
            name: text
            for name, text in cache.get(place, {}).items()
            if int(text.partition(" ")[0]) > now
        }
        before = there.pop(member, None)
        others = list(there.items())
        if milliseconds > 0 and len(there) < MOST_MEMBERS:
            since = before.split(" ", 2)[1] if before else now
            there[member] = f"{now + milliseconds} {since} {note}"
        if milliseconds >= 0:
            cache.set(place, there, 60)
    return others
