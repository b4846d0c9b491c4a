"""How a write came about, said once around it instead of through every action's arguments.

with origin(source=Source.COMMAND, reason="Spam wave of 3 May"):
    suspend_users(…)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Origin:
    """`source` None: as the action itself says."""

    source: str | None = None
    reason: str = ""
    operation_id: int | None = None
    # Emptied by the first entry: it is known by it, and no other.
    submission: list[str] = field(default_factory=list)


NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


@contextmanager
def origin(*, submission: str | None = None, **known) -> Iterator[None]:
    """Entries recorded within have this source, reason or operation_id, and the first one this
    submission; the innermost wins.
    """
    if submission is not None:
        known["submission"] = [submission]
    token = _current.set(replace(_current.get(), **known))
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Origin:
    return _current.get()


def take_submission() -> str | None:
    submission = current().submission
    return submission.pop() if submission else None
