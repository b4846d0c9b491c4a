"""Slugs: made from the title, and numbered when taken."""

import secrets
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from apps.posts.models import Post

MAX_LENGTH = 200
# One statement looks so many numbers up by the unique index: a millisecond.
# `LIKE 'slug-%'` would read the whole table in databases that do not sort bytewise.
NUMBERS_TRIED = 200
ATTEMPTS = 5

Result = TypeVar("Result")


def slug_from(title: str) -> str:
    """ASCII, never empty; a title without a Latin letter gives "post"."""
    return slugify(title)[: MAX_LENGTH - 10].strip("-_") or "post"


def free_slug(slug: str) -> str:
    """The first of slug-2, slug-3, … that no post has, those in the trash included."""
    stem = slug[: MAX_LENGTH - 10]
    numbered = [f"{stem}-{number}" for number in range(2, NUMBERS_TRIED + 2)]
    taken = set(Post.objects.filter(slug__in=numbered).values_list("slug", flat=True))
    free = (candidate for candidate in numbered if candidate not in taken)
    return next(free, f"{stem}-{secrets.token_hex(4)}")


def with_free_slug(post: Post, write: Callable[[], Result]) -> Result:
    """Run `write`; if the slug is taken, back to the savepoint and again with the next number.

    More than once only if others take the number at the same moment.
    """
    wanted = post.slug
    for _ in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return write()
        except IntegrityError as error:
            if not is_taken_slug(error):
                raise
            post.slug = free_slug(wanted)
    post.slug = f"{wanted[: MAX_LENGTH - 10]}-{secrets.token_hex(4)}"
    return write()


def is_taken_slug(error: IntegrityError) -> bool:
    """PostgreSQL names the constraint, SQLite the column."""
    text = str(error)
    return "uniq_posts_slug" in text or "posts.slug" in text
