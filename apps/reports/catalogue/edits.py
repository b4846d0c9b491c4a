"""What became of edits: saved, merged, kept for their author."""

from dataclasses import dataclass

from apps.editing.models import PendingEdit
from apps.reports.charts import Bars, Stacked
from apps.reports.daily import by_key, daily_all
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import LOWER, STAFF, Report, RowOf, Series, Table, column, register
from apps.reports.rollups.metrics.staff import BY_HAND, EDITS, MERGED, PENDING
from apps.reports.units import TEXT

SAVED = "Changes saved from an edit page that day, or by the buttons on it."
AS_TYPED = "Of these, saved with nobody else’s change beside them."
TOGETHER = "Somebody else had saved meanwhile, and both changes went together."
CHOSEN = "Both had changed the same, and the person chose on the merge page."
KEPT = "Edits that could not be saved at once that day and were kept for their author."
WAITING = "Neither saved nor discarded by now, whenever they were kept."


@dataclass(frozen=True, slots=True)
class EditsRow:
    period: Period
    saved: int = column("Saved", SAVED, headline=True)
    plain: int = column("As typed", AS_TYPED)
    by_themselves: int = column("Merged by themselves", TOGETHER)
    by_hand: int = column("Merged by hand", CHOSEN, better=LOWER, headline=True)
    kept: int = column("Kept", KEPT, better=LOWER, headline=True)


@dataclass(frozen=True, slots=True)
class CauseRow:
    cause: str = column("Because", unit=TEXT)
    kept: int = column("Kept in the period", "Edits kept for this reason.")
    waiting: int = column("Waiting now", WAITING, better=LOWER)


def rows(question: Question) -> RowOf[EditsRow]:
    found = daily_all([EDITS, MERGED, BY_HAND, PENDING], question)

    def row(days: Period) -> EditsRow:
        """What was merged by hand is written down as merged, too."""
        saved, merged, by_hand, kept = (one.over(days) for one in found)
        return EditsRow(days, saved, saved - merged, max(merged - by_hand, 0), by_hand, kept)

    return row


def causes(question: Question) -> list[CauseRow]:
    """Why edits were kept in the period, and how many wait now, whenever they were kept."""
    kept = by_key(PENDING, question, "cause")
    waiting = PendingEdit.objects.using(question.using).waiting_by_cause()
    found = [
        CauseRow(cause.label.capitalize(), kept.get(cause, 0), waiting.get(cause, 0))
        for cause in PendingEdit.Cause
        if kept.get(cause) or waiting.get(cause)
    ]
    return sorted(found, key=lambda row: (-row.kept, -row.waiting))


SAVES = Series("Edits", EditsRow, rows, Stacked(["plain", "by_themselves", "by_hand"]))
CAUSES = Table(
    "Why edits were kept",
    CauseRow,
    causes,
    Bars("cause", "kept"),
    name="causes",
    empty="No edit was kept in this period, and none waits.",
)
register(
    Report(
        slug="edits",
        title="Edits",
        summary="How edits are saved, merged, or kept for their author, and why.",
        group=STAFF,
        tables=[SAVES, CAUSES],
    )
)
