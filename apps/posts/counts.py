"""Counts for sentences, at a cost that does not grow: counted to a hundred, then "100+"."""

from django.db.models import QuerySet

from apps.backoffice import counts
from apps.backoffice.caching import cached
from apps.posts.models import Post

CAP = 100


def capped_count(queryset: QuerySet, cap: int = CAP) -> str:
    """`3`, or `100+`."""
    count = counts.capped(queryset.order_by(), cap)
    return f"{cap:,}+" if count > cap else f"{count:,}"


@cached(expire_seconds=60, key_prefix="posts-of")
def posts_of_author(author_id: int) -> str:
    return capped_count(Post.objects.live().filter(author=author_id), 1_000)
