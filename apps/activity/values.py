"""Values as entries keep them: JSON that reads the same whatever the database or the form gave."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db.models import Model


def as_json(value: Any) -> Any:
    """An object by its id, several sorted by their ids, times in UTC, files by their digest.

    Raises TypeError for what has no such form.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        # Also of a TextChoices member.
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return {"sha256": sha256(value).hexdigest(), "bytes": len(bytes(value))}
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(as_json(one) for one in value)
    raise TypeError(f"No entry can hold a {type(value).__name__}.")
