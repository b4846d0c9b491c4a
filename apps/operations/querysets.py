from django.db import models
from django.db.models import Q

from apps.database.expressions import ClockTime


class ScheduleQuerySet(models.QuerySet):
    def free(self):
        """What no worker is at: nobody took it, or who did has not been heard of since."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=ClockTime()))

    def due(self):
        """What waits for a worker, the longest waiting first."""
        return self.free().filter(next_run__lte=ClockTime()).order_by("next_run", "id")
