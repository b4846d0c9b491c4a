"""Short words for lists and panels: counts whose cost does not grow, texts cut to a length."""

from django.db.models import QuerySet

from apps.backoffice import counts
from apps.backoffice.caching import cached
from apps.posts.models import Comment, Post

CAP = 100


def capped_count(queryset: QuerySet, cap: int = CAP) -> str:
    """`3`, or `100+`."""
    count = counts.capped(queryset.order_by(), cap)
    return f"{cap:,}+" if count > cap else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """`1 post`, `1,204 posts`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def goes_with(post: Post) -> list[str]:
    """“100+ comments go with it”, counted no further."""
    count = capped_count(Comment.objects.live().filter(post=post))
    if count == "0":
        return []
    return [f"{count} comment goes with it" if count == "1" else f"{count} comments go with it"]


def users_of(posts: QuerySet) -> list[str]:
    """“100+ posts use it”, of a category or tag."""
    count = capped_count(posts)
    if count == "0":
        return []
    return [f"{count} post uses it" if count == "1" else f"{count} posts use it"]


def cut(words: str, characters: int) -> str:
    return words if len(words) <= characters else words[: characters - 1] + "…"


@cached(expire_seconds=60, key_prefix="posts-of")
def posts_of_author(author_id: int) -> str:
    return capped_count(Post.objects.live().filter(author=author_id), 1_000)
