"""Two texts side by side, different words marked; for the history and the merge page.

A mark is never colour alone (`<del>` is struck, `<ins>` underlined), and marks that only a word
of three letters or fewer separates are one mark: else a rewritten sentence is confetti.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .joined import word_changes
from .matching import Budget, Change, changes
from .pieces import paragraphs, words


class Mark(StrEnum):
    EQUAL = "{}"
    DELETED = "<del>{}</del>"
    INSERTED = "<ins>{}</ins>"


@dataclass(frozen=True)
class Run:
    mark: Mark
    text: str


@dataclass(frozen=True)
class Hunk:
    """Paragraphs that are equal on both sides (one run), or that differ (marked by the word)."""

    runs: tuple[Run, ...]

    @property
    def is_equal(self) -> bool:
        return all(run.mark is Mark.EQUAL for run in self.runs)

    @property
    def old(self) -> SafeString:
        return html(run for run in self.runs if run.mark is not Mark.INSERTED)

    @property
    def new(self) -> SafeString:
        return html(run for run in self.runs if run.mark is not Mark.DELETED)

    @property
    def both(self) -> SafeString:
        """In one column, what was deleted before what was inserted."""
        return html(self.runs)


def html(runs: Sequence[Run]) -> SafeString:
    return format_html_join("", "{}", ((format_html(run.mark, run.text),) for run in runs))


def difference(old: str, new: str, budget: Budget | None = None) -> list[Hunk]:
    """The hunks, in order; joined, their old and new sides are the texts.

    Line ends count as equal however they are written. Beyond the budget (texts of 1 MB with
    nothing in common) whole paragraphs are marked, and `budget.is_spent` says so.
    """
    budget = budget or Budget()
    before, after = (paragraphs(text.replace("\r\n", "\n")) for text in (old, new))
    hunks, at = [], 0
    for change in [*changes(before, after, budget), Change(len(before), len(before), 0, 0)]:
        if same := "".join(before[at : change.start]):
            hunks.append(Hunk((Run(Mark.EQUAL, same),)))
        deleted = "".join(before[change.start : change.end])
        inserted = "".join(after[change.new_start : change.new_end])
        if deleted or inserted:
            split = words if budget.reaches(deleted, inserted) else _whole
            hunks.append(Hunk(_runs(split(deleted), split(inserted), budget)))
        at = change.end
    return hunks


def replaced(base: str, *others: str, budget: Budget | None = None) -> SafeString:
    """The text with every word struck that is different in any of the others."""
    budget = budget or Budget()
    pieces = words(base)
    struck = set()
    for other in others:
        for change in word_changes(pieces, words(other), budget):
            struck.update(range(change.start, change.end))
    marked = ((Mark.DELETED if i in struck else Mark.EQUAL, word) for i, word in enumerate(pieces))
    return html(
        Run(mark, "".join(word for _, word in run))
        for mark, run in groupby(marked, key=lambda pair: pair[0])
    )


def _whole(text: str) -> list[str]:
    return [text] if text else []


def _runs(old: list[str], new: list[str], budget: Budget) -> tuple[Run, ...]:
    runs, at = [], 0
    for change in [*word_changes(old, new, budget), Change(len(old), len(old), 0, 0)]:
        runs += [
            Run(Mark.EQUAL, "".join(old[at : change.start])),
            Run(Mark.DELETED, "".join(old[change.start : change.end])),
            Run(Mark.INSERTED, "".join(new[change.new_start : change.new_end])),
        ]
        at = change.end
    return tuple(run for run in runs if run.text)
