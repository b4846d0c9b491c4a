"""Comments by the day they were written; what is in the trash does not count."""

from django.db.models import QuerySet
from django.db.models.functions import ExtractHour
from django.utils import timezone

from apps.posts.models import Comment
from apps.reports.rollups.metric import Durations, Metric


def received() -> QuerySet:
    hour = ExtractHour("created_at", tzinfo=timezone.get_default_timezone())
    return Comment.objects.live().annotate(hour=hour)


def handled() -> QuerySet:
    return Comment.objects.live().filter(moderated_at__isnull=False)


RECEIVED = Metric("comments.received", received, "created_at", {"status": "status", "hour": "hour"})
# Until the decision that stands.
TO_HANDLE = Durations(
    "comments.time_to_handle", handled, "created_at", start="created_at", end="moderated_at"
)
METRICS = (RECEIVED, TO_HANDLE)
