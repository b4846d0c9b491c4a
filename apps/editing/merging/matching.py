"""What changed between two lists of pieces, in bounded time.

Pieces that occur once on both sides are anchors ("patience", Bram Cohen): a paragraph is found
again wherever the text around it went. Between anchors the shortest edit script is searched:
E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986).

Not difflib: on rewritten sentences with the same blank between them its search is cubic (500
sentences 2.9 s, 1,000 23 s), and there is no place to stop it. This one counts its steps and
stops at a number, so the outcome is the same on any machine; what it could not compare is one
large change.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

# A fifth of a second. Enough for 300 pieces rewritten in a row with no anchor among them.
MAX_STEPS = 200_000
# Characters that are compared still when the steps are spent, for they cost next to nothing.
SMALL = 10_000


class Change(NamedTuple):
    """`old[start:end]` became `new[new_start:new_end]`; one of the two may be empty."""

    start: int
    end: int
    new_start: int
    new_end: int


class Budget:
    """The steps that are left; `is_spent` once something was left uncompared."""

    def __init__(self, steps: int = MAX_STEPS):
        self.steps = steps
        self.is_spent = False

    def allows(self, steps: int) -> bool:
        self.steps -= steps
        self.is_spent = self.is_spent or self.steps < 0
        return self.steps >= 0

    def reaches(self, *texts: str) -> bool:
        """Whether comparing the texts in finer pieces is worth the time."""
        return not self.is_spent or sum(map(len, texts)) <= SMALL


def changes(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Change]:
    """The changes that make `new` of `old`, in order; between two of them something is equal."""
    found, i, j = [], 0, 0
    for a, b in [*_matches(old, new, budget), (len(old), len(new))]:
        if (i, j) != (a, b):
            found.append(Change(i, a, j, b))
        i, j = a + 1, b + 1
    return found


def _matches(old: Sequence[str], new: Sequence[str], budget: Budget) -> Iterator[tuple[int, int]]:
    """Positions of equal pieces, rising on both sides."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    old_end, new_end = len(old) - tail, len(new) - tail
    yield from ((i, i) for i in range(head))
    middles = old[head:old_end], new[head:new_end]
    # Looking for an anchor is four times as fast as a step.
    anchors = _anchors(*middles) if budget.allows(sum(map(len, middles)) // 4) else []
    fixed = [(head - 1, head - 1), *((head + a, head + b) for a, b in anchors), (old_end, new_end)]
    for (a, b), (next_a, next_b) in pairwise(fixed):
        inner = _shortest_script(old[a + 1 : next_a], new[b + 1 : next_b], budget)
        yield from ((a + 1 + i, b + 1 + j) for i, j in inner)
        if next_a < old_end:
            yield next_a, next_b
    yield from ((old_end + i, new_end + i) for i in range(tail))


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest rising series of pieces (but blanks) that occur once on both sides."""
    in_old, in_new = Counter(old), Counter(new)
    place = {piece: j for j, piece in enumerate(new) if in_new[piece] == 1}
    once = (
        (i, place[piece])
        for i, piece in enumerate(old)
        if in_old[piece] == 1 and piece in place and not piece.isspace()
    )
    # ends[n]: the smallest place in `new` at which a series of n + 1 can end.
    ends, series = [], []
    for i, j in once:
        length = bisect_left(ends, j)
        before = series[length - 1] if length else None
        ends[length : length + 1] = [j]
        series[length : length + 1] = [((i, j), before)]
    return _unrolled(series[-1] if series else None)


def _shortest_script(
    old: Sequence[str], new: Sequence[str], budget: Budget
) -> list[tuple[int, int]]:
    """Equal positions of a shortest edit script; none of them when the budget does not reach.

    `reached[k]` is how far on diagonal k (position in old less position in new) one comes with
    d deletions and insertions, and by which equal positions.
    """
    if not old or not new:
        return []
    reached = {1: (0, None)}
    for d in range(len(old) + len(new) + 1):
        lowest, highest = -(d - 2 * max(0, d - len(new))), d - 2 * max(0, d - len(old))
        if not budget.allows(d + 1):
            return []
        for k in range(lowest, highest + 1, 2):
            down, right = reached.get(k + 1, (-1, None)), reached.get(k - 1, (-2, None))
            x, path = down if down[0] > right[0] else (right[0] + 1, right[1])
            start = x
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                path = ((x, x - k), path)
                x += 1
            budget.steps -= x - start
            reached[k] = x, path
            if x >= len(old) and x - k >= len(new):
                return _unrolled(path)
    raise AssertionError("deleting all and inserting all is a script")


def _unrolled(path: tuple | None) -> list[tuple[int, int]]:
    matches = []
    while path:
        match, path = path
        matches.append(match)
    return matches[::-1]
