from django.db import models


class PostQuerySet(models.QuerySet):
    def live(self):
        """Every post that is not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self):
        return self.filter(deleted_at__isnull=False)

    def published(self):
        return self.live().filter(status="published")

    def in_review(self):
        """What waits for an editor, the longest waiting first."""
        return self.live().filter(status="review").order_by("submitted_at", "id")

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
