"""Two lists of changes to one base laid over each other.

The algorithm is diff3's: S. Khanna, K. Kunal, B. C. Pierce, "A Formal Investigation of Diff3",
FSTTCS 2007. In one point this gives more: diff3 holds changes of neighbours against each other,
here only those meet that share a piece of the base, insert at the same point, or would leave two
words or two blanks side by side.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .matching import Change

# Marks that stand behind a word without a blank.
CLOSING = frozenset(",.;:!?)’”")


class Region(NamedTuple):
    """A stretch of the base, `base[start:end]`, and what each side has in its place."""

    start: int
    end: int
    base: Sequence[str]
    theirs: Sequence[str]
    mine: Sequence[str]


class _Cluster(NamedTuple):
    start: int
    end: int
    changes: list[tuple[int, Change]]


def regions(
    base: Sequence[str],
    sides: tuple[Sequence[str], Sequence[str]],
    changes: tuple[Sequence[Change], Sequence[Change]],
) -> Iterator[Region]:
    """All of the base in order: stretches that nobody changed and stretches that somebody did."""
    at, shifts = 0, (0, 0)
    for start, end, members in [
        *_clusters(base, sides, changes),
        _Cluster(len(base), len(base), []),
    ]:
        if at < start:
            yield _region(base, sides, (at, start), shifts, shifts)
        shifts_after = tuple(
            shift + sum(_growth(change) for side, change in members if side == own)
            for own, shift in enumerate(shifts)
        )
        if members:
            yield _region(base, sides, (start, end), shifts, shifts_after)
        at, shifts = end, shifts_after


def _clusters(
    base: Sequence[str], sides: tuple[Sequence[str], ...], changes: tuple[Sequence[Change], ...]
) -> Iterator[_Cluster]:
    """Changes of both sides that meet, directly or through others."""
    cluster = None
    sided = [(change, side) for side in (0, 1) for change in changes[side]]
    for change, side in sorted(sided):
        if cluster and _meet(cluster, side, change, base, sides):
            cluster.changes.append((side, change))
            cluster = cluster._replace(end=max(cluster.end, change.end))
        else:
            if cluster:
                yield cluster
            cluster = _Cluster(change.start, change.end, [(side, change)])
    if cluster:
        yield cluster


def _meet(
    cluster: _Cluster,
    side: int,
    change: Change,
    base: Sequence[str],
    sides: tuple[Sequence[str], ...],
) -> bool:
    """Whether a change that begins no earlier than the last of the cluster belongs to it."""
    at = change.start
    if at != cluster.end:
        return at < cluster.end
    if cluster.start == change.end:
        return True
    other, before = next(pair for pair in cluster.changes if pair[1].end == at)
    seam = (
        *sides[other][max(0, before.new_end - 1) : before.new_end],
        *sides[side][change.new_start : change.new_start + 1],
    )
    return not _fits(seam, base[max(0, at - 1) : at + 1])


def _fits(seam: Sequence[str], seam_of_base: Sequence[str]) -> bool:
    """Whether two pieces can stand side by side: word and blank, word and comma, or as the base
    had them.
    """
    if len(seam) < 2 or seam[0].isspace() != seam[1].isspace():
        return True
    if seam[1] in CLOSING and seam[0][-1].isalnum():
        return True
    is_known = not any(map(str.isspace, (*seam, *seam_of_base))) and len(seam_of_base) == 2
    return is_known and not (seam[0][-1].isalnum() and seam[1][0].isalnum())


def _growth(change: Change) -> int:
    return (change.new_end - change.new_start) - (change.end - change.start)


def _region(base, sides, span, shifts, shifts_after) -> Region:
    start, end = span
    theirs, mine = (
        side[start + before : end + after]
        for side, before, after in zip(sides, shifts, shifts_after, strict=True)
    )
    return Region(start, end, base[start:end], theirs, mine)
