"""Three-way merge of a text: what two people made of it, brought together.

Paragraph by paragraph, and what both touched sentence by sentence: what one side alone changed
is taken, what both changed waits for a person (`diff3` has the rule and its source).

Without a conflict the outcome is the same whoever saved first, and nothing that either side
wrote is missing. With one, a result is pre-filled that has the words of both.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain

from .diff3 import CLOSING, Region, regions
from .joined import brings_back, text_changes, word_changes
from .matching import Budget
from .moved import asked_about
from .parts import Outcome, Part, settled
from .pieces import begins_line, paragraphs, sentences, words

Splitter = Callable[[str], list[str]]
Budgets = tuple[Budget, Budget]


@dataclass(frozen=True)
class TextMerge:
    """The parts in order: joined by side, they are the three texts and the result.

    Lines of the parts end in `\\n`; `newline` is how the result writes them. `is_coarse`: the
    texts differ too much to be compared in bounded time, so conflicts are larger than need be.
    """

    parts: list[Part]
    newline: str = "\n"
    is_coarse: bool = False

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts).replace("\n", self.newline)

    @property
    def conflicts(self) -> list[Part]:
        return [part for part in self.parts if part.outcome is Outcome.CONFLICT]

    def resolved(self, answers: Sequence[str]) -> str:
        """The text with an answer in the place of each conflict, in their order."""
        conflicts = (i for i, part in enumerate(self.parts) if part.outcome is Outcome.CONFLICT)
        texts = [part.text for part in self.parts]
        for i, answer in zip(conflicts, answers, strict=True):
            texts[i] = _with_line_feeds(answer)
        return "".join(texts).replace("\n", self.newline)


def merge_text(base: str, theirs: str, mine: str) -> TextMerge:
    """Merge two edits of one text.

    The result writes line ends like the side that changed them; mixed ones count as `\\r\\n`.
    A text that stands as it is stays so to the byte.
    """
    if outcome := settled(base, theirs, mine):
        text = theirs if outcome is Outcome.THEIRS else mine
        return TextMerge([Part(base, theirs, mine, outcome, text)])
    newlines = ["\r\n" if "\r\n" in text else "\n" for text in (base, theirs, mine)]
    newline = newlines[1] if newlines[1] != newlines[0] else newlines[2]
    texts = [_with_line_feeds(text) for text in (base, theirs, mine)]
    # A budget for each side: one for both would let the order of the sides decide.
    budgets = Budget(), Budget()
    parts = _numbered(asked_about(list(_merge(*texts, [paragraphs, sentences], budgets))))
    return TextMerge(parts, newline, any(budget.is_spent for budget in budgets))


def joined_line(base: str, theirs: str, mine: str) -> str:
    """Two edits of a title or a name, as a proposal: it has the changed words of both."""
    return _prefilled(base, theirs, mine, " ", (Budget(), Budget()))


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n")


def _merge(
    base: str, theirs: str, mine: str, splitters: list[Splitter], budgets: Budgets
) -> Iterator[Part]:
    split, *finer = splitters
    pieces, *sides = split(base), split(theirs), split(mine)
    found = [text_changes(pieces, side, b) for side, b in zip(sides, budgets, strict=True)]
    for region in regions(pieces, sides, found):
        texts = ["".join(side) for side in (region.base, region.theirs, region.mine)]
        if merged := _settled_region(region):
            yield Part(*texts, *merged)
        elif finer and all(budget.reaches(*texts) for budget in budgets):
            yield from _merge(*texts, finer, budgets)
        else:
            blank = _blank_near(pieces, region)
            text = _prefilled(*texts, blank, budgets)
            yield Part(*texts, Outcome.CONFLICT, text, blank=blank)


def _settled_region(region: Region) -> tuple[Outcome, str] | None:
    _, _, base, theirs, mine = region
    base_text, theirs_text, mine_text = ("".join(side) for side in (base, theirs, mine))
    outcome = settled(base_text, theirs_text, mine_text)
    if outcome is None and not (base_text + theirs_text + mine_text).strip():
        # Nobody is asked about blank lines: the larger gap.
        return Outcome.MERGED, max(theirs_text, mine_text, key=lambda text: (len(text), text))
    if outcome is None and _continues(theirs, mine, base):
        outcome = Outcome.THEIRS
    if outcome is None and _continues(mine, theirs, base):
        outcome = Outcome.MINE
    if outcome is None:
        return None
    return outcome, theirs_text if outcome is Outcome.THEIRS else mine_text


def _continues(longer: Sequence[str], shorter: Sequence[str], base: Sequence[str]) -> bool:
    """Whether one side wrote what the other wrote and more, before or after it.

    So is a form that is sent again after its first save went through. Not where the shorter side
    has deleted what is more in the other: that would come back.
    """
    size, over = len(shorter), len(longer) - len(shorter)
    if len(base) > size or over < 0:
        return False
    if shorter == longer[:size]:
        return not brings_back(longer[size:], base, shorter)
    return shorter == longer[over:] and not brings_back(longer[:over], base, shorter)


def _blank_near(pieces: Sequence[str], region: Region) -> str:
    """What separates pieces here: a space in prose, a line's end in code, lists and tables."""
    near = [*pieces[region.end : region.end + 1], *pieces[max(0, region.start - 1) : region.start]]
    theirs, mine = "".join(region.theirs), "".join(region.mine)
    if begins_line(theirs.rpartition("\n")[2]) or begins_line(mine):
        near.append("\n")
    return next(filter(str.isspace, chain(near, region.base, region.theirs, region.mine)), " ")


def _prefilled(base: str, theirs: str, mine: str, blank: str, budgets: Budgets) -> str:
    """A sentence with the changed words of both; whole sentences where too little is common."""
    if "\n" in blank or not all(budget.reaches(base, theirs, mine) for budget in budgets):
        return one_after_the_other(theirs, mine, blank)
    pieces, *sides = words(base), words(theirs), words(mine)
    found = [word_changes(pieces, side, b) for side, b in zip(sides, budgets, strict=True)]
    deleted = [sum(change.end - change.start for change in side) for side in found]
    # Who deleted nothing has added to whatever the other made of it.
    if min(deleted) and 2 * max(deleted) > len(pieces):
        return one_after_the_other(theirs, mine, blank)
    woven = []
    for region in regions(pieces, sides, found):
        merged = _settled_region(region)
        both = "".join(region.theirs), "".join(region.mine)
        woven.append(merged[1] if merged else one_after_the_other(*both, blank))
    return "".join(woven)


def one_after_the_other(theirs: str, mine: str, blank: str) -> str:
    is_separated = not theirs or not mine or theirs[-1].isspace() or mine[0].isspace()
    # “…, says Ada” goes on without a blank.
    is_separated = is_separated or mine[0] in CLOSING
    return theirs + ("" if is_separated else blank) + mine


def _numbered(parts: list[Part]) -> list[Part]:
    """The parts with the paragraph each begins in."""
    pieces = paragraphs("".join(part.text for part in parts))
    ends = accumulate(map(len, pieces))
    starts = [
        end - len(piece) for piece, end in zip(pieces, ends, strict=True) if not piece.isspace()
    ]
    numbered, at = [], 0
    for part in parts:
        first = at + len(part.text) - len(part.text.lstrip())
        numbered.append(replace(part, paragraph=max(1, bisect_right(starts, first))))
        at += len(part.text)
    return numbered
