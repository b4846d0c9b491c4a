"""Short words for lists and panels: counts whose cost does not grow, texts cut to a length."""

from django.db import connection
from django.db.models import QuerySet

from apps.backoffice import counts
from apps.backoffice.caching import cached
from apps.database.planned import fetch_planned
from apps.posts.models import Comment, Post

CAP = 100


def capped_count(queryset: QuerySet, cap: int = CAP) -> str:
    """`3`, or `100+`."""
    return capped_words(counts.capped(queryset.order_by(), cap), cap)


def capped_words(count: int, cap: int) -> str:
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


POSTS_CAP = 1_000
POSTS_OF_AUTHOR = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM posts WHERE author_id = %s AND deleted_at IS NULL LIMIT {POSTS_CAP + 1}
    ) AS counted
"""  # noqa: S608  # nosec B608  (a constant of ours)


@cached(expire_seconds=60, key_prefix="posts-of")
def posts_of_author(author_id: int) -> str:
    [[count]] = fetch_planned(connection, POSTS_OF_AUTHOR, [author_id])
    return capped_words(count, POSTS_CAP)
