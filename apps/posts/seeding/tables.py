"""The columns that seeding writes, and how a value is written.

A value is an int, a str, or the database's own way to write NULL. Times are text in UTC, which is
what SQLite stores and what PostgreSQL reads under TimeZone=UTC; booleans are 0 and 1 in both.
"""

from typing import Any, NamedTuple

COLUMNS = {
    "users": "id password is_superuser email email_verified name phone region is_active "
    "is_staff points suspended_until suspension_reason last_seen_at created_at updated_at "
    "deleted_at version",
    "profiles": "user_id bio website",
    "categories": "id name slug position version",
    "tags": "id name slug version",
    "posts": "id kind title slug content author_id category_id status submitted_at publish_at "
    "published_at first_published_at comment_count created_at updated_at deleted_at version",
    "posts_tags": "post_id tag_id",
    "comments": "id post_id author_id author_name author_email body status moderated_at "
    "moderated_by_id created_at updated_at deleted_at version",
}


class Dialect(NamedTuple):
    """How a database's fast way in writes what Python's values cannot say."""

    null: Any
    newline: str


SQL = Dialect(None, "\n")
COPY = Dialect("\\N", "\\n")
"""PostgreSQL's text format; no text of ours holds a tab or a backslash."""
