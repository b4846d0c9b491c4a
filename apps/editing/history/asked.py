"""What an address asks of a history: which page of it, and which two versions to compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

LARGEST_ID = 2**63 - 1
LARGEST_VERSION = 2**31 - 1


@dataclass(frozen=True)
class Asked:
    """`pair` are the versions to compare, the older first; `problems` say what was left out."""

    before: int | None = None
    after: int | None = None
    version: int | None = None
    pair: tuple[int, int] | None = None
    is_pair_asked: bool = False
    problems: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, params: Mapping[str, str], newest: int | None) -> Self:
        """`newest` is the object's version, None where it has none."""
        asked = cls(
            before=number(params.get("before"), LARGEST_ID),
            after=number(params.get("after"), LARGEST_ID),
        )
        if newest is None:
            return asked
        if params.get("version", "").strip():
            asked = asked._at(params["version"], newest)
        is_asked = "from" in params or "to" in params
        if not is_asked:
            # Beside other pages of the list it would be out of place.
            is_first = asked.before is asked.after is asked.version is None
            return replace(asked, pair=(newest - 1, newest)) if is_first and newest > 1 else asked
        return asked._comparing(params.get("from"), params.get("to"), newest)

    def _at(self, typed: str, newest: int) -> Self:
        version = number(typed.strip(), LARGEST_VERSION)
        if is_version(version, newest):
            return replace(self, version=version)
        return replace(self, problems=(*self.problems, no_version(typed, newest)))

    def _comparing(self, old: str | None, new: str | None, newest: int) -> Self:
        """Of one alone the other is the version before it, or the newest."""
        for typed in (old, new):
            if typed is not None and not is_version(number(typed, LARGEST_VERSION), newest):
                return replace(self, problems=(*self.problems, no_version(typed, newest)))
        first = int(old) if old is not None else max(1, int(new) - 1)
        second = int(new) if new is not None else newest
        if first == second:
            text = f"Choose two versions: {first} is the same as itself."
            return replace(self, problems=(*self.problems, text))
        return replace(self, pair=tuple(sorted((first, second))), is_pair_asked=True)


def number(typed: str | None, largest: int) -> int | None:
    """None for what is no whole number from 0 to the largest."""
    if typed is None or not (typed.isascii() and typed.isdigit() and len(typed) < 20):
        return None
    return int(typed) if int(typed) <= largest else None


def is_version(value: int | None, newest: int) -> bool:
    return value is not None and 1 <= value <= newest


def no_version(typed: str, newest: int) -> str:
    return f"There is no version “{typed[:20]}”: the newest is {newest:,}."
