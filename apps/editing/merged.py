"""What merged by itself of an edit, change by change, and whose it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.editing.form_data import PageField
from apps.editing.labels import Labels
from apps.editing.merging.difference import Mark, Run, difference, html
from apps.editing.merging.parts import Outcome
from apps.editing.merging.records import FieldMerge, Kind
from apps.editing.rebase import Rebased

# Of what stays the same beside a change so much is shown, in characters.
CONTEXT = 80


@dataclass(frozen=True)
class Row:
    field: str
    by: str
    change: SafeString


def merged_rows(rebased: Rebased, labels: Labels, others: str) -> list[Row]:
    """Every change that needs nobody, and whose it is."""
    by = {Outcome.THEIRS: others, Outcome.MINE: "You", Outcome.SAME: "Both", Outcome.MERGED: "Both"}
    rows = []
    for field in rebased.page.fields:
        merge = rebased.merge.fields[field.name]
        if merge.text is not None:
            rows += text_rows(field, merge, by)
        elif field.kind is Kind.SET and merge.outcome in by:
            rows.append(
                Row(field.label, by[merge.outcome], set_change(field, merge, labels, others))
            )
        elif merge.outcome in by:
            rows.append(Row(field.label, by[merge.outcome], value_change(field, merge, labels)))
    return rows


def text_rows(field: PageField, merge: FieldMerge, by: Mapping[Outcome, str]) -> Iterator[Row]:
    for part in merge.text.parts:
        if part.outcome in by:
            label = f"{field.label}, paragraph {part.paragraph}"
            yield Row(label, by[part.outcome], change_in(part.base, part.text))


def value_change(field: PageField, merge: FieldMerge, labels: Labels) -> SafeString:
    if field.kind in (Kind.LINE, Kind.TEXT):
        return change_in(str(merge.base or ""), str(merge.value or ""))
    old, new = (labels.value(field.name, one) for one in (merge.base, merge.value))
    return format_html("<del>{}</del> <ins>{}</ins>", old, new)


def set_change(field: PageField, merge: FieldMerge, labels: Labels, others: str) -> SafeString:
    """“port authority by Ed, budget by you”, what is gone struck."""
    base, theirs, mine = set(merge.base), set(merge.theirs), set(merge.mine)
    changes = []
    for mark, on_their_side, on_my_side in (
        (Mark.INSERTED, theirs - base, mine - base),
        (Mark.DELETED, base - theirs, base - mine),
    ):
        for pk in sorted(on_their_side | on_my_side):
            both = pk in on_their_side and pk in on_my_side
            who = "both" if both else others if pk in on_their_side else "you"
            name = format_html(mark, labels.objects(field.name, [pk])[0])
            changes.append((format_html("{} by {}", name, who),))
    return format_html_join(", ", "{}", changes)


def change_in(old: str, new: str) -> SafeString:
    """The changed words with a little of what stands around them."""
    found = (run for hunk in difference(old, new) for run in hunk.runs)
    runs = [
        Run(mark, "".join(run.text for run in same))
        for mark, same in groupby(found, key=lambda run: run.mark)
    ]
    return html(Run(run.mark, shortened(run, i, len(runs))) for i, run in enumerate(runs))


def shortened(run: Run, at: int, of: int) -> str:
    """Before the first change its end, after the last its beginning, between two both."""
    text, sides = run.text, (at > 0) + (at < of - 1)
    if run.mark is not Mark.EQUAL or len(text) <= sides * CONTEXT + len(" … "):
        return text
    head = "" if at == 0 else text[:CONTEXT].rpartition(" ")[0] + " "
    end = "" if at == of - 1 else " " + text[-CONTEXT:].partition(" ")[2]
    return f"{head}…{end}"
