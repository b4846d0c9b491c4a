from django.db import models

from apps.activity.shortened import Shortened


class EntriesStay(TypeError):
    """Somebody tried to change or remove what happened."""

    def __init__(self):
        super().__init__("Audit entries are neither changed nor removed.")


class AuditEntryQuerySet(models.QuerySet):
    """On PostgreSQL a trigger refuses what goes around this."""

    def of_object(self, object_type: str, object_id: int):
        """The history of one object, `posts.post` and its id."""
        return self.filter(object_type=object_type, object_id=object_id)

    def by_actor(self, actor_id: int):
        return self.filter(actor_id=actor_id)

    def versions_of(self, object_type: str, object_id: int, after: int, to: int):
        """The entries that made the versions (after, to] of an object, in their order."""
        made = self.of_object(object_type, object_id).filter(version__gt=after, version__lte=to)
        return made.order_by("version")

    def newest_first(self):
        return self.order_by("-id")

    def in_short(self):
        """With `short`: what was changed, long texts by their length alone."""
        return self.defer("changes").annotate(short=Shortened("changes"))

    def update(self, **values):
        raise EntriesStay

    def delete(self):
        raise EntriesStay

    def bulk_update(self, *args, **options):
        raise EntriesStay

    delete.queryset_only = True
