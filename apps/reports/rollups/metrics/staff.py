"""What staff did, from the entries; and edits, from their way in to how they came to rest."""

from datetime import timedelta

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.reports.rollups.metric import Metric

# Pending edits are removed 30 days after they were kept. What came to rest within two weeks is
# there for two more, however late its day is computed.
RESTED_WITHIN = timedelta(days=14)
PENDING_KEPT, RESTED_KEPT = 29, 15


def done_by_people() -> QuerySet:
    found = AuditEntry.objects.filter(actor_id__isnull=False)
    return found.annotate(
        what=Concat("object_type", Value(" "), "action"),
        who_what=Concat(Cast("actor_id", CharField()), Value(" "), "action"),
    )


def edits() -> QuerySet:
    """Saves of an edit page: as they were typed, or merged with what others saved."""
    return AuditEntry.objects.filter(source__in=["edit", "merge"], actor_id__isnull=False)


def merged() -> QuerySet:
    """By themselves or by hand."""
    return edits().filter(source="merge")


def kept() -> QuerySet:
    return PendingEdit.objects.all()


def merged_by_hand() -> QuerySet:
    soon = F("created_at") + RESTED_WITHIN
    return PendingEdit.objects.filter(resolution="merged", resolved_at__lte=soon)


ACTIONS = Metric(
    "staff.actions",
    done_by_people,
    "at",
    {"actor": "actor_id", "action": "action", "what": "what", "actor action": "who_what"},
)
EDITS = Metric("edits.saved", edits, "at")
MERGED = Metric("edits.merged", merged, "at")
BY_HAND = Metric("edits.merged_by_hand", merged_by_hand, "resolved_at", kept_days=RESTED_KEPT)
PENDING = Metric("edits.pending", kept, "created_at", {"cause": "cause"}, kept_days=PENDING_KEPT)
METRICS = (ACTIONS, EDITS, MERGED, BY_HAND, PENDING)
