"""What a person has to decide about an edit, and what he decided.

The answers come back as radios `c<number>` (theirs, mine, both, text) and texts
`r<number>`; without a script the radio decides, with one it fills the text.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.editing.form_data import PageField
from apps.editing.labels import Labels
from apps.editing.merging.difference import difference, replaced
from apps.editing.merging.merge import one_after_the_other
from apps.editing.merging.parts import Outcome, Part
from apps.editing.merging.records import FieldMerge, Kind
from apps.editing.rebase import Rebased

# Of what stands before a conflict so much is shown, in characters.
CONTEXT = 80
MINE, THEIRS, BOTH, TEXT = "mine", "theirs", "both", "text"


@dataclass(frozen=True)
class Conflict:
    """One thing to decide. `base`, `theirs` and `mine` are marked HTML; `text` is the proposal,
    None where one of the two has to be taken as it is. `part` is that of a long text.
    """

    number: int
    field: PageField
    title: str
    before: str
    base: SafeString
    theirs: SafeString
    mine: SafeString
    merge: FieldMerge
    part: Part | None = None
    text: str | None = None
    decided: str = ""

    @property
    def chosen(self) -> str:
        if self.decided in (MINE, THEIRS, BOTH, TEXT):
            return self.decided
        return MINE if self.text is None else TEXT

    @property
    def choice(self) -> str:
        return f"c{self.number}"

    @property
    def answer(self) -> str:
        return answer_to(self.choice)

    @property
    def their_text(self) -> str:
        return text_of(self, THEIRS).strip()

    @property
    def my_text(self) -> str:
        return text_of(self, MINE).strip()

    @property
    def both_texts(self) -> str:
        return text_of(self, BOTH).strip()

    @property
    def rows(self) -> int:
        """Of the text area, at about a hundred characters a row."""
        text = self.text or ""
        return max(1, min(16, len(text) // 100 + text.count("\n") + 1))


def answer_to(choice: str) -> str:
    return f"r{choice[1:]}"


def conflicts_of(
    rebased: Rebased, labels: Labels, decided: Mapping[str, list[str]] = {}
) -> list[Conflict]:
    """What a person has to decide, in the order of the page; with what he `decided` already."""
    found: list[Conflict] = []
    for field in rebased.page.fields:
        merge = rebased.merge.fields[field.name]
        if merge.outcome is not Outcome.CONFLICT:
            continue
        if merge.text is not None:
            found += conflicts_of_text(field, merge, len(found) + 1)
        else:
            found.append(conflict_of_value(field, merge, len(found) + 1, labels))
    return [with_answer(one, decided) for one in found]


def with_answer(conflict: Conflict, decided: Mapping[str, list[str]]) -> Conflict:
    texts, choices = decided.get(conflict.answer), decided.get(conflict.choice)
    if conflict.text is not None and texts:
        conflict = replace(conflict, text=texts[-1])
    return replace(conflict, decided=choices[-1]) if choices else conflict


def conflicts_of_text(field: PageField, merge: FieldMerge, number: int) -> Iterator[Conflict]:
    before, seen = "", Counter()
    conflicts = (part for part in merge.text.parts if part.outcome is Outcome.CONFLICT)
    of = Counter(part.paragraph for part in conflicts)
    for part in merge.text.parts:
        if part.outcome is Outcome.CONFLICT:
            seen[part.paragraph] += 1
            yield Conflict(
                number,
                field,
                title_of(field, part.paragraph, seen[part.paragraph], of[part.paragraph]),
                tail(before),
                replaced(part.base, part.theirs, part.mine),
                new_side(part.base, part.theirs),
                new_side(part.base, part.mine),
                merge,
                part,
                part.text.strip(),
            )
            number += 1
        before = part.text


def title_of(field: PageField, paragraph: int, number: int, of: int) -> str:
    title = f"{field.label}, paragraph {paragraph}"
    return title if of == 1 else f"{title} ({number} of {of})"


def conflict_of_value(field: PageField, merge: FieldMerge, number: int, labels: Labels) -> Conflict:
    texts = [labels.value(field.name, one) for one in (merge.base, merge.theirs, merge.mine)]
    base, theirs, mine = texts
    return Conflict(
        number,
        field,
        field.label,
        "",
        replaced(base, theirs, mine),
        new_side(base, theirs),
        new_side(base, mine),
        merge,
        text=proposal(field, merge) if field.kind in (Kind.LINE, Kind.TEXT) else None,
    )


def proposal(field: PageField, merge: FieldMerge) -> str:
    """A line joined from both may be longer than the field takes: then mine, which was typed."""
    longest = getattr(field.field, "max_length", None)
    is_too_long = longest is not None and len(str(merge.value)) > longest
    return str(merge.mine if is_too_long else merge.value)


def new_side(old: str, new: str) -> SafeString:
    return format_html_join("", "{}", ((hunk.new,) for hunk in difference(old, new)))


def tail(text: str) -> str:
    """The end of what stands before, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= CONTEXT else f"… {words[-CONTEXT:].partition(' ')[2]}"


# The answers


def answered(conflicts: list[Conflict], data: QueryDict) -> tuple[dict[str, Any], set[str]]:
    """Values for the fields in conflict, and the names of those where mine is taken as typed."""
    answers: dict[str, Any] = {}
    as_typed: set[str] = set()
    for name, found in groupby(conflicts, key=lambda conflict: conflict.field.name):
        some = list(found)
        first, chosen = some[0], data.get(some[0].choice, "")
        if first.part is not None:
            texts = [text_chosen(one, data.get(one.choice, ""), data) for one in some]
            answers[name] = first.merge.text.resolved(texts)
        elif chosen == THEIRS:
            answers[name] = first.merge.theirs
        elif first.text is not None and chosen != MINE:
            answers[name] = text_chosen(first, chosen, data)
        else:
            as_typed.add(name)
    return answers, as_typed


def text_of(conflict: Conflict, chosen: str) -> str:
    sides = conflict.part or conflict.merge
    if chosen == THEIRS:
        return sides.theirs
    if chosen == MINE:
        return sides.mine
    blank = conflict.part.blank if conflict.part else " "
    return one_after_the_other(sides.theirs, sides.mine, blank)


def text_chosen(conflict: Conflict, chosen: str, data: QueryDict) -> str:
    """Blanks around a stretch of text are no part of the question."""
    if chosen in (THEIRS, MINE, BOTH):
        return text_of(conflict, chosen)
    typed = data.get(conflict.answer, conflict.text or "").replace("\r\n", "\n")
    if conflict.part is None:
        return typed
    whole = conflict.part.text
    start = len(whole) - len(whole.lstrip())
    return whole[:start] + typed.strip() + whole[len(whole.rstrip()) :]
