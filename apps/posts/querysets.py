from datetime import timedelta

from django.db import models
from django.db.models.functions import Now


class PostQuerySet(models.QuerySet):
    def live(self):
        """Every post that is not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self):
        return self.filter(deleted_at__isnull=False)

    def trashed_for(self, time: timedelta):
        """What has been in the trash for longer, the longest first."""
        return self.filter(deleted_at__lt=Now() - time).order_by("deleted_at", "id")

    def published(self):
        return self.live().filter(status="published")

    def in_review(self):
        """What waits for an editor, the longest waiting first."""
        return self.live().filter(status="review").order_by("submitted_at", "id")

    def due(self, since: timedelta = timedelta()):
        """What should have been published by now, the longest waiting first; for so long."""
        due = self.live().filter(status="scheduled", publish_at__lte=Now() - since)
        return due.order_by("publish_at", "id")

    def drafts_of(self, author):
        return self.live().filter(author=author, status="draft").newest_first()

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def with_author(self):
        """Each post with its author and category, of them only what a page names."""
        return self.select_related("author", "category")


class CommentQuerySet(models.QuerySet):
    def live(self):
        """Every comment that is not in the trash; its post may be."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self):
        return self.filter(deleted_at__isnull=False)

    def counted(self):
        """What `Post.comment_count` counts: approved and not in the trash."""
        return self.live().filter(status="approved")

    def pending(self):
        """What waits for a moderator, the oldest first."""
        return self.live().filter(status="pending").order_by("created_at", "id")

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def with_author(self):
        return self.select_related("author", "post")
