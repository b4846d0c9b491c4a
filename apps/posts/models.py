from functools import cache

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.db.models.functions import Lower, Now

from apps.database.expressions import Bytewise
from apps.database.fields import TSVectorField
from apps.posts.querysets import CommentQuerySet, PostQuerySet

LIVE = models.Q(deleted_at__isnull=True)


class Category(models.Model):
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=100, validators=[validate_slug])
    position = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Categories are offered in this order, then by name."
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        db_table = "categories"
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="uniq_categories_name",
                violation_error_message="A category with this name exists already.",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                name="uniq_categories_slug",
                violation_error_message="A category with this slug exists already.",
            ),
        ]
        indexes = [
            models.Index(fields=["position", "id"], name="idx_categories_position"),
            models.Index(Bytewise(Lower("name")), models.F("id"), name="idx_categories_name"),
        ]

    def __str__(self):
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=100, validators=[validate_slug])
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        db_table = "tags"
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="uniq_tags_name",
                violation_error_message="A tag with this name exists already.",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                name="uniq_tags_slug",
                violation_error_message="A tag with this slug exists already.",
            ),
        ]
        indexes = [models.Index(Bytewise(Lower("name")), models.F("id"), name="idx_tags_name")]

    def __str__(self):
        return self.name


class Post(models.Model):
    class Kind(models.TextChoices):
        POST = "post", "Post"
        PAGE = "page", "Page"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEW = "review", "In review"
        SCHEDULED = "scheduled", "Scheduled"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.POST, db_default=Kind.POST)
    title = models.CharField(max_length=200)
    slug = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_slug],
        help_text="Part of the address. Links to the old address stop working when you change it.",
    )
    content = models.TextField(blank=True, default="", db_default="", help_text="Markdown.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="posts"
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    publish_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_published_at = models.DateTimeField(null=True, blank=True, editable=False)
    comment_count = models.PositiveIntegerField("comments", default=0, db_default=0, editable=False)
    import_key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    created_at = models.DateTimeField("created", db_default=Now(), editable=False)
    updated_at = models.DateTimeField("updated", db_default=Now(), editable=False)
    deleted_at = models.DateTimeField("deleted", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "posts"
        permissions = [
            ("publish_post", "Can publish, schedule and archive posts"),
            ("change_own_post", "Can change own posts while draft or in review"),
            ("import_post", "Can import posts"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                name="uniq_posts_slug",
                violation_error_message="A post with this slug exists already.",
            ),
            models.UniqueConstraint(
                fields=["import_key"],
                name="uniq_posts_import_key",
                violation_error_message="This post has been imported already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(title=""),
                name="posts_title_not_blank",
                violation_error_message="Give the post a title.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["post", "page"]),
                name="posts_kind_known",
                violation_error_message="A post is of the kind post or page.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["draft", "review", "scheduled", "published", "archived"]
                ),
                name="posts_status_known",
                violation_error_message="This status does not exist.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="scheduled") | models.Q(publish_at__isnull=False),
                name="posts_scheduled_has_time",
                violation_error_message="A scheduled post needs the time to publish it at.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="posts_published_has_time",
                violation_error_message="A published post needs the time it was published at.",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], condition=LIVE, name="idx_posts_created"),
            models.Index(fields=["title", "id"], condition=LIVE, name="idx_posts_title"),
            models.Index(fields=["comment_count", "id"], condition=LIVE, name="idx_posts_comments"),
            models.Index(
                fields=["status", "created_at", "id"], condition=LIVE, name="idx_status_created"
            ),
            models.Index(
                fields=["author", "created_at", "id"], condition=LIVE, name="idx_author_created"
            ),
            models.Index(
                fields=["author", "status", "created_at", "id"],
                condition=LIVE,
                name="idx_author_status",
            ),
            models.Index(
                fields=["category", "created_at", "id"],
                condition=LIVE,
                name="idx_category_created",
            ),
            models.Index(
                fields=["kind", "created_at", "id"],
                condition=LIVE & models.Q(kind="page"),
                name="idx_posts_pages",
            ),
            models.Index(
                fields=["status", "published_at", "id"],
                condition=LIVE & models.Q(status="published"),
                name="idx_posts_published",
            ),
            models.Index(
                fields=["status", "publish_at", "id"],
                condition=LIVE & models.Q(status="scheduled"),
                name="idx_posts_scheduled",
            ),
            models.Index(
                fields=["status", "submitted_at", "id"],
                condition=LIVE & models.Q(status="review"),
                name="idx_posts_review",
            ),
            # The reports count those of a day.
            models.Index(
                fields=["submitted_at"],
                condition=LIVE & models.Q(submitted_at__isnull=False),
                name="idx_posts_submitted",
            ),
            models.Index(fields=["deleted_at", "id"], condition=~LIVE, name="idx_posts_trash"),
        ]

    def __str__(self):
        return self.title

    def validate_constraints(self, exclude=None):
        """Django's, unless each constraint names a column that is left out: then none is judged,
        and it took a twelfth of a save to find that out for one after the other.
        """
        left_out = set(exclude or ())
        if not all(names & left_out for names in constrained_columns()):
            super().validate_constraints(exclude)

    @property
    def published(self) -> bool:
        return self.status == self.Status.PUBLISHED and self.deleted_at is None


@cache
def constrained_columns() -> list[set[str]]:
    """Those of each constraint of a post."""
    return [
        set(getattr(one, "fields", ())) or one.condition.referenced_base_fields
        for one in Post._meta.constraints
    ]


class Comment(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        APPROVED = "approved", "Approved"
        SPAM = "spam", "Spam"
        REMOVED = "removed", "Removed"

    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="comments"
    )
    author_name = models.CharField("visitor’s name", max_length=200, blank=True, db_default="")
    author_email = models.EmailField("visitor’s e-mail", max_length=255, blank=True, db_default="")
    body = models.TextField()
    status = models.CharField(
        max_length=10, choices=Status, default=Status.PENDING, db_default=Status.PENDING
    )
    moderated_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Without an index: nobody asks for what one person moderated but the entries do,
    # and a user's row is never deleted.
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    import_key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    created_at = models.DateTimeField("created", db_default=Now(), editable=False)
    updated_at = models.DateTimeField("updated", db_default=Now(), editable=False)
    deleted_at = models.DateTimeField("deleted", null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        db_table = "comments"
        permissions = [("moderate_comment", "Can approve, hide and mark comments as spam")]
        constraints = [
            models.UniqueConstraint(
                fields=["import_key"],
                name="uniq_comments_import_key",
                violation_error_message="This comment has been imported already.",
            ),
            models.CheckConstraint(
                condition=models.Q(author__isnull=False) | ~models.Q(author_name=""),
                name="comments_author_or_name",
                violation_error_message="Give the comment an author, or the visitor’s name.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "approved", "spam", "removed"]),
                name="comments_status_known",
                violation_error_message="This status does not exist.",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], condition=LIVE, name="idx_comments_created"),
            models.Index(
                fields=["status", "created_at", "id"], condition=LIVE, name="idx_comments_status"
            ),
            models.Index(
                fields=["status", "created_at", "id"],
                condition=LIVE & models.Q(status="pending"),
                name="idx_comments_pending",
            ),
            models.Index(
                fields=["author", "created_at", "id"], condition=LIVE, name="idx_comments_author"
            ),
            models.Index(
                fields=["post", "created_at", "id"], condition=LIVE, name="idx_comments_post"
            ),
            models.Index(fields=["deleted_at", "id"], condition=~LIVE, name="idx_comments_trash"),
        ]

    def __str__(self):
        return self.body[:60]

    @property
    def written_by(self) -> str:
        """The name to show: the account's, or the visitor's."""
        return self.author.name if self.author_id else self.author_name


class PostSearch(models.Model):
    """What full-text search reads of a post, kept by a trigger (migration 0002).

    Beside the post and not on it: with the text index on the post itself,
    publishing a hundred posts cost four to eight times as much.
    """

    post = models.OneToOneField(
        Post, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField()
    document = TSVectorField()

    class Meta:
        db_table = "posts_search"
        default_permissions = ()

    def __str__(self):
        return f"Search document of post {self.post_id}"


class CommentSearch(models.Model):
    """What full-text search reads of a comment; see PostSearch."""

    comment = models.OneToOneField(
        Comment, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField()
    document = TSVectorField()

    class Meta:
        db_table = "comments_search"
        default_permissions = ()

    def __str__(self):
        return f"Search document of comment {self.comment_id}"
