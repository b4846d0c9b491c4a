from django.db import models


class PendingEditQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(resolved_at__isnull=True)

    def waiting_by_cause(self) -> dict[str, int]:
        waiting = self.waiting().order_by().values_list("cause")
        return dict(waiting.annotate(models.Count("pk")))

    def of_user(self, user):
        return self.filter(user=user)

    def newest_first(self):
        return self.order_by("-id")

    def without_payload(self):
        """For lists: what was typed may be megabytes."""
        return self.defer("payload")
