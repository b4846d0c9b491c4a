"""Marks on the days that a write has changed, in the transaction of the write.

Only days before today: today, and what has passed since the last refresh, is computed anyway. So
what staff do to the work of the day costs no statement, and the rest one.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import connections, router

from apps.activity.actions import listen, listen_to_copies
from apps.activity.models import AuditEntry
from apps.posts.models import Comment, Post
from apps.reports.models import DirtyDay
from apps.reports.rollups.days import DAY, day_in_database, day_of, portions, today
from apps.users.models import User

# The row itself comes or goes: it counts, or no longer, on each of its days.
WHOLE = {"create", "import", "delete", "purge"}
Status = Post.Status
POST, COMMENT, USER = (model._meta.label_lower for model in (Post, Comment, User))
# Of the row, by what all its days are told apart. Of anything else no metric reads.
READ = {
    POST: {"deleted_at", "kind", "category", "author"},
    COMMENT: {"deleted_at", "status", "moderated_at", "author", "post"},
    USER: {"deleted_at", "is_active", "email_verified", "region"},
}
# Moments that move: their old and new days are in the entry.
MOMENTS = {POST: {"submitted_at", "published_at"}}
# A row's days, from which a post's comments change its numbers too.
DAYS_OF = {
    POST: (Post, ["created_at", "submitted_at", "published_at"]),
    COMMENT: (Comment, ["created_at", "post__published_at"]),
    USER: (User, ["created_at"]),
}


@listen
def mark(entries: Sequence[AuditEntry]) -> None:
    """Mark the days before today that the entries have changed, in one statement or none."""
    now = today()
    days = {day for entry in entries for day in days_in(entry) if day < now}
    rows: dict[str, set[int]] = {}
    for entry in entries:
        if is_whole(entry):
            rows.setdefault(entry.object_type, set()).add(entry.object_id)
        if left := post_left(entry):
            rows.setdefault(POST, set()).add(left)
    for name, ids in rows.items():
        for some in portions(sorted(ids)):
            mark_rows(name, some, days, now)
            days = set()
    if days:
        DirtyDay.objects.bulk_create([DirtyDay(day=day) for day in sorted(days)])


def is_whole(entry: AuditEntry) -> bool:
    read = READ.get(entry.object_type, set())
    return bool(read) and (
        entry.action in WHOLE or not read.isdisjoint(entry.changes) or is_archived(entry)
    )


def is_archived(entry: AuditEntry) -> bool:
    """It is published no longer, and has kept the day on which it was."""
    return (
        entry.object_type == POST
        and Status.PUBLISHED in entry.changes.get("status", ())
        and "published_at" not in entry.changes
    )


def days_in(entry: AuditEntry) -> Iterable[date]:
    """The days that a moment was moved from and to."""
    for name in MOMENTS.get(entry.object_type, set()) & entry.changes.keys():
        for moment in filter(None, entry.changes[name]):
            yield day_of(datetime.fromisoformat(moment))


def post_left(entry: AuditEntry) -> int | None:
    """The post that a comment stood under before."""
    return (
        entry.changes["post"][0]
        if entry.object_type == COMMENT and "post" in entry.changes
        else None
    )


def mark_rows(name: str, ids: Sequence[int], days: set[date], now: date) -> None:
    """Mark these days, and those before today that the rows count on."""
    connection = connections[router.db_for_write(DirtyDay)]
    adapt = connection.ops.adapt_datefield_value
    model, columns = DAYS_OF[name]
    parts, parameters = ["SELECT %s"] * len(days), [adapt(day) for day in sorted(days)]
    for column in columns:
        rows = model._base_manager.filter(pk__in=ids, **{f"{column}__isnull": False})
        query = rows.annotate(day_=day_in_database(column)).values("day_").query
        sql, values = query.get_compiler(connection.alias).as_sql()
        parts.append(f"SELECT day_ FROM ({sql}) AS found WHERE day_ < %s")  # noqa: S608  # nosec B608
        parameters += [*values, adapt(now)]
    with connection.cursor() as cursor:
        table = DirtyDay._meta.db_table
        cursor.execute(f"INSERT INTO {table} (day) {' UNION '.join(parts)}", parameters)  # nosec B608


@listen_to_copies
def mark_copied(start: datetime, end: datetime) -> None:
    """Mark every day before today of rows that came without entries."""
    first, last = day_of(start), min(day_of(end), today() - DAY)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    DirtyDay.objects.bulk_create([DirtyDay(day=day) for day in days], batch_size=1_000)
