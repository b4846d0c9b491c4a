"""What became of edits: saved, merged, kept for their author."""

from dataclasses import dataclass

from apps.editing.models import PendingEdit
from apps.reports.charts import Bars, Stacked
from apps.reports.daily import daily, daily_all
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import LOWER, STAFF, Column, Report, Table, register
from apps.reports.rollups.metrics.staff import BY_HAND, EDITS, MERGED, PENDING
from apps.reports.units import PERIOD, TEXT


@dataclass(frozen=True, slots=True)
class EditsRow:
    period: Period
    saved: int
    plain: int
    by_themselves: int
    by_hand: int
    kept: int


@dataclass(frozen=True, slots=True)
class CauseRow:
    cause: str
    kept: int
    waiting: int


def rows(question: Question) -> list[EditsRow]:
    found = daily_all([EDITS, MERGED, BY_HAND, PENDING], question)
    return [row(bucket, *(one.over(bucket) for one in found)) for bucket in question.buckets]


def row(bucket: Period, saved: int, merged: int, by_hand: int, kept: int) -> EditsRow:
    """What was merged by hand is written down as merged, too."""
    return EditsRow(bucket, saved, saved - merged, max(merged - by_hand, 0), by_hand, kept)


def causes(question: Question) -> list[CauseRow]:
    """Why edits were kept in the period, and how many wait now, whenever they were kept."""
    kept = daily(PENDING, question, "cause").by_key(question.period)
    waiting = PendingEdit.objects.using(question.using).waiting_by_cause()
    found = [
        CauseRow(cause.label.capitalize(), kept.get(cause, 0), waiting.get(cause, 0))
        for cause in PendingEdit.Cause
        if kept.get(cause) or waiting.get(cause)
    ]
    return sorted(found, key=lambda row: (-row.kept, -row.waiting))


EDITS_TABLE = Table(
    title="Edits",
    row=EditsRow,
    rows=rows,
    chart=Stacked(["plain", "by_themselves", "by_hand"]),
    columns=[
        Column("period", "Day", unit=PERIOD),
        Column(
            "saved",
            "Saved",
            "Changes saved from an edit page that day, or by the buttons on it.",
            headline=True,
        ),
        Column("plain", "As typed", "Of these, saved with nobody else’s change beside them."),
        Column(
            "by_themselves",
            "Merged by themselves",
            "Somebody else had saved meanwhile, and both changes went together.",
        ),
        Column(
            "by_hand",
            "Merged by hand",
            "Both had changed the same, and the person chose on the merge page.",
            better=LOWER,
            headline=True,
        ),
        Column(
            "kept",
            "Kept",
            "Edits that could not be saved at once that day and were kept for their author.",
            better=LOWER,
            headline=True,
        ),
    ],
)
CAUSES = Table(
    name="causes",
    title="Why edits were kept",
    row=CauseRow,
    rows=causes,
    chart=Bars("cause", "kept"),
    empty="No edit was kept in this period, and none waits.",
    columns=[
        Column("cause", "Because", unit=TEXT),
        Column("kept", "Kept in the period", "Edits kept for this reason."),
        Column(
            "waiting",
            "Waiting now",
            "Neither saved nor discarded by now, whenever they were kept.",
            better=LOWER,
        ),
    ],
)

register(
    Report(
        slug="edits",
        title="Edits",
        summary="How edits are saved, merged, or kept for their author, and why.",
        group=STAFF,
        tables=[EDITS_TABLE, CAUSES],
    )
)
