"""A stretch of a merged text, and what becomes of it."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    UNCHANGED = "unchanged"
    THEIRS = "theirs"
    MINE = "mine"
    SAME = "same"
    MERGED = "merged"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Part:
    """A stretch of the text: what it is on each side, and what becomes of it."""

    base: str
    theirs: str
    mine: str
    outcome: Outcome
    text: str
    # Where it begins in the merged text, counted from 1.
    paragraph: int = 1
    # What stands between the two sides where both are wanted.
    blank: str = " "


def settled(base: object, theirs: object, mine: object) -> Outcome | None:
    """The outcome where at most one side changed, or both alike; None where it takes more."""
    if theirs == mine:
        return Outcome.UNCHANGED if mine == base else Outcome.SAME
    if theirs == base:
        return Outcome.MINE
    if mine == base:
        return Outcome.THEIRS
    return None
