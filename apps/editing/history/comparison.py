"""Two versions of an object side by side, field by field, different words marked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, TextField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.editing.labels import NOTHING, Labels
from apps.editing.merging.difference import Hunk, Mark, Run, difference, html
from apps.editing.merging.matching import Budget
from apps.editing.merging.pieces import paragraphs

BLANK_LINES = "(blank lines)"


@dataclass(frozen=True)
class Block:
    """A stretch of both sides; `unchanged` counts its paragraphs where the two are equal."""

    old: SafeString
    new: SafeString
    unchanged: int = 0


@dataclass(frozen=True)
class FieldDifference:
    name: str
    label: str
    blocks: list[Block]


def fields_of(changes: Mapping[str, list], labels: Labels, budget: Budget) -> list[FieldDifference]:
    """When the budget is spent, whole paragraphs are marked."""
    return [
        FieldDifference(name, labels.field(name), blocks(name, *pair, labels, budget))
        for name, pair in changes.items()
    ]


def blocks(name: str, old: Any, new: Any, labels: Labels, budget: Budget) -> list[Block]:
    if isinstance(old, list) and isinstance(new, list):
        return [block_of_sets(name, set(old), set(new), labels)]
    if is_text(name, labels) and old and new:
        hunks = difference(old, new, budget)
        return [block_of_hunk(hunk) for hunk in hunks if not is_gap(hunk)]
    return [
        Block(
            marked(Mark.DELETED, labels.value(name, old)),
            marked(Mark.INSERTED, labels.value(name, new)),
        )
    ]


def is_text(name: str, labels: Labels) -> bool:
    """Whether its words are compared: not of addresses and choices, which are one word."""
    if name not in labels.recorded.fields:
        return True
    column = labels.column(name)
    return isinstance(column, TextField) or (type(column) is CharField and not column.choices)


def marked(mark: Mark, text: str) -> SafeString:
    return format_html(Mark.EQUAL if text == NOTHING else mark, text)


def block_of_sets(name: str, old: set[int], new: set[int], labels: Labels) -> Block:
    def side(own: set[int], other: set[int], mark: Mark) -> SafeString:
        gone = labels.objects(name, own - other)
        kept = labels.objects(name, own & other)
        marks = [*((Mark.EQUAL, one) for one in kept), *((mark, one) for one in gone)]
        if not marks:
            return format_html("{}", NOTHING)
        return format_html_join(", ", "{}", ((format_html(*pair),) for pair in marks))

    return Block(side(old, new, Mark.DELETED), side(new, old, Mark.INSERTED))


def block_of_hunk(hunk: Hunk) -> Block:
    old = [run for run in hunk.runs if run.mark is not Mark.INSERTED]
    new = [run for run in hunk.runs if run.mark is not Mark.DELETED]
    count = 0
    if hunk.is_equal:
        count = sum(not one.isspace() for one in paragraphs(text_of(old)))
    return Block(html(trimmed(old)), html(trimmed(new)), count)


def is_gap(hunk: Hunk) -> bool:
    """Whether it is but the blank lines between two paragraphs that changed."""
    return hunk.is_equal and not text_of(hunk.runs).strip()


def text_of(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


def trimmed(runs: list[Run]) -> Iterable[Run]:
    """Without the blank lines around, which only keep it apart from its neighbours."""
    text = text_of(runs)
    if text and not text.strip():
        return [Run(run.mark, BLANK_LINES) for run in runs[:1]]
    start = len(text) - len(text.lstrip("\n"))
    end = len(text.rstrip("\n"))
    kept, at = [], 0
    for run in runs:
        part = run.text[max(0, start - at) : max(0, end - at)]
        at += len(run.text)
        if part:
            kept.append(Run(run.mark, part))
    return kept
