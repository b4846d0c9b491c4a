"""Cache keys that say what they hold and are equal in every process.

`hash()` differs between processes, and `str()` of an object holds its address.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

READABLE = re.compile(r"[!-~]{1,200}")


def cache_key(prefix: str, arguments: Iterable) -> str:
    """`user:7` for ("user", [7]); long or odd arguments are named by their SHA-256."""
    key = ":".join([prefix, *map(canonical, arguments)])
    if READABLE.fullmatch(key):
        return key
    return f"{prefix}:{hashlib.sha256(key.encode()).hexdigest()}"


def canonical(value: object) -> str:
    """JSON, in which 1, "1" and True differ, and dicts and sets have one order."""
    return json.dumps(plain(value), separators=(",", ":"))


def plain(value: object) -> object:
    # Enums before what they are subclasses of: json writes both as their value.
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted(canonical(item) for item in value)}
    if isinstance(value, dict):
        return {"dict": sorted([canonical(key), plain(item)] for key, item in value.items())}
    if isinstance(value, date | datetime | timedelta | Decimal | UUID | bytes):
        return {type(value).__name__: value.hex() if isinstance(value, bytes) else str(value)}
    raise TypeError(f"A cache key cannot hold {type(value).__name__}: give its id instead.")
