"""What both sides put somewhere, and not in the same place.

Each of the two is one side's own change, so a merge takes both; and a paragraph that both have
moved, or an item that both have put in its order, would stand twice with nobody asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from .joined import MANY_WORDS, in_sentences
from .parts import Outcome, Part, settled

THEIRS, MINE = CHANGED = (Outcome.THEIRS, Outcome.MINE)
SIDES = ("base", "theirs", "mine")
Sentence = tuple[str, ...]
Places = dict[Sentence, list[int]]


def asked_about(parts: list[Part]) -> list[Part]:
    """The parts, with all that is between the two places as one, for a person to decide on.

    Nobody is asked where the two are side by side, and one of the two wrote nothing else there: a
    form that is sent again, with what its first save has put behind another blank.
    """
    theirs, mine = (places(parts, side) for side in CHANGED)
    found, asked = twice(parts, theirs.keys() & mine.keys())
    spans = [(min(at), max(at) + 1) for at in (theirs[one] + mine[one] for one in found)]
    alike = list(rewritten(parts))
    for start, end in reversed(list(united(spans + alike))):
        some = parts[start:end]
        one = joined(some, found)
        is_asked = any(count(part.text).keys() & asked for part in some)
        is_asked = is_asked or any(start <= first < end for first, _ in alike)
        if is_asked or one.outcome is not Outcome.CONFLICT:
            parts[start:end] = [one]
    return parts


def rewritten(parts: list[Part]) -> Iterator[tuple[int, int]]:
    """Neighbours, one of each side: something new, and what has half of its words as new ones."""
    last = None
    for number, part in enumerate(parts):
        if not part.text.strip():
            continue
        if part.outcome not in CHANGED:
            last = None
            continue
        if last is not None and is_alike(parts[last], part):
            yield last, number + 1
        last = number


def is_alike(part: Part, other: Part) -> bool:
    sizes = [new_words(one).total() for one in (part, other) if not one.base.strip()]
    if part.outcome is other.outcome or not sizes:
        return False
    return 2 * (new_words(part) & new_words(other)).total() >= max(1, min(sizes))


def new_words(part: Part) -> Counter[str]:
    words = (chain.from_iterable(in_sentences([text])) for text in (part.text, part.base))
    text, base = map(Counter, words)
    return text - base


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


def twice(parts: list[Part], of_both: Iterable[Sentence]) -> tuple[set[Sentence], set[Sentence]]:
    """Those that the merge has more often than either side, and which of them are asked about: of
    a few words only what stood in the base, for two people may write “Yes.” each.
    """
    if not of_both:
        # Which is the rule: nothing more is looked at.
        return set(), set()
    base, theirs, mine, text = (
        count("".join(getattr(part, side) for part in parts))
        for side in ("base", "theirs", "mine", "text")
    )
    found = {one for one in of_both if text[one] > max(theirs[one], mine[one])}
    return found, {one for one in found if base[one] or len(one) >= MANY_WORDS}


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
    text = "".join(one.base if is_put(one, MINE, found) else one.text for one in parts)
    outcome = settled(base, theirs, mine) or side_by_side(parts, found, theirs >= mine)
    if outcome is not None:
        text = mine if outcome is MINE else theirs
    return Part(base, theirs, mine, outcome or Outcome.CONFLICT, text, blank="\n\n")


def side_by_side(parts: list[Part], found: set[Sentence], is_theirs_last: bool) -> Outcome | None:
    """The side that has all of the other's; of two that have nothing else, whichever it is."""
    if any(one.outcome not in CHANGED and one.text.strip() for one in parts):
        return None
    changed = {side: [one for one in parts if one.outcome is side] for side in CHANGED}
    alone = [side for side in CHANGED if all(is_put(one, side, found) for one in changed[side])]
    if len(alone) == 2:
        return THEIRS if is_theirs_last else MINE
    return {(MINE,): THEIRS, (THEIRS,): MINE}.get(tuple(alone))


def is_put(part: Part, side: Outcome, found: set[Sentence]) -> bool:
    """Whether it is nothing else than what this side has put there."""
    is_new = part.outcome is side and not part.base.strip()
    return is_new and count(part.text).keys() <= found
