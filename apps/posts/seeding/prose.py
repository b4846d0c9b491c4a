"""Headlines, paragraphs and names in stock, from which rows are put together quickly.

A sentence costs fifty times as much to make as to pick; so each process makes some thousands,
the same in every process, and a row picks a few.
"""

import random
import re
from dataclasses import dataclass
from functools import lru_cache

from . import words

NOTICES = {
    "kittiwake": "A kittiwake has built its nest on the office roof.",
    "coracle": "A coracle, hardly used, is for sale at the slipway.",
    "lugger": "The old lugger will be at the quay on Sunday.",
    "regatta": "Entries for the regatta close on Friday.",
    "tide": "High tide and sunset are on page two.",
}
"""The sentence that plants each word."""


@dataclass(frozen=True)
class Prose:
    headlines: list[tuple[str, str]]
    """Beginnings of titles, each with its slug."""
    endings: list[tuple[str, str]]
    paragraphs: list[str]
    comments: list[str]
    names: list[str]


@lru_cache(maxsize=2)
def prose(seed: int) -> Prose:
    pick = random.Random(f"{seed}-prose").choice  # noqa: S311
    return Prose(
        headlines=[with_slug(headline(pick)) for _ in range(4_096)],
        endings=[with_slug(ending(pick)) for _ in range(1_024)],
        paragraphs=[paragraph(pick) for _ in range(4_096)],
        comments=[comment(pick) for _ in range(2_048)],
        names=[name(pick) for _ in range(4_096)],
    )


def with_slug(text: str) -> tuple[str, str]:
    return text, re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def headline(pick) -> str:
    text = f"{capital(pick(words.BODIES))} {pick(words.DEEDS)} {pick(words.THINGS)}"
    text = text.removeprefix("The ")
    text = capital(text)
    return f"{pick(words.KICKERS)}: {text}" if pick(range(5)) == 0 else text


def ending(pick) -> str:
    return f"{pick(words.REASONS)}, {pick(words.PLACES)}"


def sentence(pick) -> str:
    kind = pick(range(4))
    if kind == 0:
        return pick(words.DETAILS)
    if kind == 1:
        return f'"{pick(words.SPEECH)}," said {name(pick)} of {pick(words.PLACES)}.'
    place = f" in {pick(words.PLACES)}" if kind == 2 else ""
    return (
        f"{capital(pick(words.BODIES))} {pick(words.DEEDS)} the {pick(words.THINGS)}{place} "
        f"{pick(words.REASONS)}."
    )


def paragraph(pick) -> str:
    return " ".join(sentence(pick) for _ in range(pick((2, 3, 3, 4))))


def comment(pick) -> str:
    first, second = pick(words.COMMENTS), pick(words.COMMENTS)
    if pick(range(2)):
        return first
    return f"{first} {second}" if first != second else f"{first} {pick(words.DETAILS)}"


def name(pick) -> str:
    return f"{pick(words.FIRST_NAMES)} {pick(words.SURNAME_STARTS)}{pick(words.SURNAME_ENDS)}"


def capital(text: str) -> str:
    return text[0].upper() + text[1:]
