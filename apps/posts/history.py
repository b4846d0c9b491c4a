"""What of posts, comments, categories and tags is recorded; registered in `ready()`."""

from apps.activity.recorded import Recorded, register
from apps.posts.models import Category, Comment, Post, Tag

register(
    Recorded(
        model=Post,
        label="title",
        fields=(
            "kind", "title", "slug", "content", "author", "category", "tags", "status",
            "submitted_at", "publish_at", "published_at", "first_published_at", "deleted_at",
        ),
        # The count moves with the comments, without a version.
        left_out=("id", "comment_count", "import_key", "created_at", "updated_at", "version"),
    )
)  # fmt: skip
register(
    Recorded(
        model=Comment,
        label="body",
        label_length=60,
        fields=(
            "post", "author", "author_name", "author_email", "body", "status", "moderated_at",
            "moderated_by", "deleted_at",
        ),
        left_out=("id", "import_key", "created_at", "updated_at", "version"),
    )
)  # fmt: skip
register(
    Recorded(
        model=Category,
        label="name",
        fields=("name", "slug", "position"),
        left_out=("id", "version"),
    )
)
register(Recorded(model=Tag, label="name", fields=("name", "slug"), left_out=("id", "version")))
