"""What both sides put somewhere, and not in the same place.

Each of the two is one side's own change, so a merge takes both; and a paragraph that both have
moved, or an item that both have put in its order, would stand twice with nobody asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from .joined import MANY_WORDS, in_sentences
from .parts import Outcome, Part, settled

Sentence = tuple[str, ...]
Places = dict[Sentence, list[int]]


def asked_about(parts: list[Part]) -> list[Part]:
    """The parts, with all that is between the two places as one, for a person to decide on."""
    theirs, mine = (places(parts, side) for side in (Outcome.THEIRS, Outcome.MINE))
    found = twice(parts, theirs.keys() & mine.keys())
    spans = [(min(at), max(at) + 1) for at in (theirs[one] + mine[one] for one in found)]
    for start, end in reversed(list(united(spans))):
        parts[start:end] = [joined(parts[start:end], found)]
    return parts


def places(parts: list[Part], side: Outcome) -> Places:
    """The sentences of what this side alone has changed, and the parts where they are."""
    found: Places = {}
    for number, part in enumerate(parts):
        if part.outcome is side and not part.text.isspace():
            for sentence in count(part.text):
                found.setdefault(sentence, []).append(number)
    return found


def count(text: str) -> Counter[Sentence]:
    return Counter(map(tuple, in_sentences([text])))


def twice(parts: list[Part], of_both: Iterable[Sentence]) -> set[Sentence]:
    """Those that the merge has more often than either side; of a few words only what stood in the
    base, for two people may write “Yes.” each.
    """
    if not of_both:
        # Which is the rule: nothing more is looked at.
        return set()
    base, theirs, mine, text = (
        count("".join(getattr(part, side) for part in parts))
        for side in ("base", "theirs", "mine", "text")
    )
    return {
        one
        for one in of_both
        if text[one] > max(theirs[one], mine[one]) and (base[one] or len(one) >= MANY_WORDS)
    }


def united(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Those that overlap as one, in their order."""
    last = None
    for start, end in sorted(spans):
        if last and start < last[1]:
            last = last[0], max(last[1], end)
        else:
            if last:
                yield last
            last = start, end
    if last:
        yield last


def joined(parts: list[Part], found: set[Sentence]) -> Part:
    """Proposed is the place where the other side has it."""
    base, theirs, mine = ("".join(getattr(one, side) for one in parts) for side in SIDES)
    text = "".join(one.base if is_put_by_me_alone(one, found) else one.text for one in parts)
    outcome = settled(base, theirs, mine) or Outcome.CONFLICT
    return Part(base, theirs, mine, outcome, text, blank="\n\n")


SIDES = ("base", "theirs", "mine")


def is_put_by_me_alone(part: Part, found: set[Sentence]) -> bool:
    is_new = part.outcome is Outcome.MINE and not part.base.strip()
    return is_new and count(part.text).keys() <= found
