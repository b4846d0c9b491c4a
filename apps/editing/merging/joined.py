"""Changes that belong together, as one."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, pairwise

from .matching import Budget, Change, changes
from .pieces import sentences, words

SHORT_WORD = 3
# As many words, or all of a shorter sentence, were not typed again by chance.
MANY_WORDS = 3
# What looking for them may cost: a twentieth of a second.
STEPS = 50_000


def word_changes(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Change]:
    """Changes of words, those joined that only blanks or one short word separate: else a rewritten
    sentence is confetti.
    """
    return _joined(
        changes(old, new, budget),
        lambda before, change: _is_short(old[before.end : change.start]),
    )


def text_changes(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Change]:
    """Changes of sentences or paragraphs, two in a row joined where words went from one to the
    other.

    One blank is like another: where a sentence becomes two, the blank behind it is taken for that
    between them, and its second half for something that was written into the next.
    """
    of_words = Budget(STEPS)

    def exchange(*pair: Change) -> bool:
        if not all(map(str.isspace, old[pair[0].end : pair[1].start])):
            return False
        was = [in_sentences(old[one.start : one.end]) for one in pair]
        now = [in_sentences(new[one.new_start : one.new_end]) for one in pair]
        shortest = min(map(len, chain(*was, *now)), default=0)
        return _words_across(was, now, of_words) >= max(1, min(shortest, MANY_WORDS))

    found = _joined(changes(old, new, budget), exchange)
    return [_without_equal_ends(old, new, change) for change in found]


def brings_back(more: Sequence[str], base: Sequence[str], side: Sequence[str]) -> bool:
    """Whether one of the sentences is of words that the side has taken out of the base."""
    gone = _count(base) - _count(side)
    found = in_sentences(more)
    return any(2 * (gone & Counter(one)).total() >= len(one) for one in found)


def _count(pieces: Iterable[str]) -> Counter:
    return Counter(chain.from_iterable(in_sentences(pieces)))


def _joined(found: list[Change], belong: Callable[[Change, Change], bool]) -> list[Change]:
    joined = found[:1]
    for before, change in pairwise(found):
        if belong(before, change):
            joined[-1] = joined[-1]._replace(end=change.end, new_end=change.new_end)
        else:
            joined.append(change)
    return joined


def _is_short(between: Sequence[str]) -> bool:
    """Whether marks on both sides read as one: no line ends, and no more than a short word."""
    letters = [word for word in between if word[0].isalnum()]
    return (
        len(letters) <= 1
        and all(word.isalpha() and len(word) <= SHORT_WORD for word in letters)
        and not any("\n" in word for word in between)
    )


def in_sentences(pieces: Iterable[str]) -> list[list[str]]:
    """The words of each sentence that has any, without blanks and marks; a capital makes no other
    word, for where a sentence becomes two, the second gets one.
    """
    split = map(words, sentences("".join(pieces)))
    found = ([word.casefold() for word in one if word[0].isalnum()] for one in split)
    return [one for one in found if one]


def _words_across(was: list[list[list[str]]], now: list[list[list[str]]], budget: Budget) -> int:
    """How many words of one of two changes stand in the other now."""
    (old, new), (old_end, new_end) = zip(*map(_in_a_row, (was, now)), strict=True)
    across, i, j = 0, 0, 0
    for gap in [*changes(old, new, budget), Change(len(old), len(old), len(new), len(new))]:
        equal = zip(range(i, gap.start), range(j, gap.new_start), strict=True)
        across += sum((a < old_end) != (b < new_end) for a, b in equal)
        i, j = gap.end, gap.new_end
    return across


def _in_a_row(two: list[list[list[str]]]) -> tuple[list[str], int]:
    """The words of both, and how many are of the first."""
    first, second = map(list, map(chain.from_iterable, two))
    return [*first, *second], len(first)


def _without_equal_ends(old: Sequence[str], new: Sequence[str], change: Change) -> Change:
    start, end, new_start, new_end = change
    while start < end and new_start < new_end and old[start] == new[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return Change(start, end, new_start, new_end)
