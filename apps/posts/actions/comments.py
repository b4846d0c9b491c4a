from collections import Counter
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from apps.activity.actions import Source, record, record_many
from apps.activity.changes import changed, created
from apps.activity.states import State, states
from apps.posts.models import Comment, Post
from apps.posts.querysets import CommentQuerySet
from apps.posts.rights import require
from apps.posts.workflow import StepNotPossibleError
from apps.users.models import User

Status = Comment.Status
NEXT_VERSION = {"version": F("version") + 1, "updated_at": Now()}
WRITTEN_HERE = [
    "status", "moderated_at", "moderated_by", "updated_at", "deleted_at", "version",
]  # fmt: skip
MODERATE = "posts.moderate_comment"
ACTION = {
    Status.PENDING: "reopen",
    Status.APPROVED: "approve",
    Status.SPAM: "spam",
    Status.REMOVED: "remove",
}
# By these a post's count of comments moves.
COUNTED_BY = ["post", "status", "deleted_at"]


@transaction.atomic
def add_comment(comment: Comment, *, by: User) -> Comment:
    """Insert what a member of staff says under a post; it needs no approval."""
    require(by, "posts.add_comment")
    comment.author = by
    comment.status = Status.APPROVED
    comment.save(force_insert=True)
    record(created(comment), "create", by=by)
    _recount({comment.post_id: 1})
    comment.refresh_from_db(fields=[*WRITTEN_HERE, "created_at"])
    return comment


@transaction.atomic
def save_comment(
    comment: Comment, *, by: User, fields: Collection[str] = (), status: Status | None = None
) -> Comment:
    """Write the named fields, and the decision of the moderator, in one version.

    Raises StepNotPossibleError if the comment is in the trash.
    """
    require(by, "posts.change_comment" if fields else MODERATE)
    changes = {name: getattr(comment, name) for name in fields}
    if status:
        changes |= _decision(status, by)
    action = ACTION[status] if status else "change"
    rows = Comment.objects.filter(pk=comment.pk)
    if not _update_all(rows, Q(deleted_at=None), changes, action, by, Source.EDIT):
        raise StepNotPossibleError("The comment is in the trash: restore it first.")
    comment.refresh_from_db(fields=WRITTEN_HERE)
    return comment


def moderate_comment(comment: Comment, status: Status, *, by: User) -> Comment:
    """Raises StepNotPossibleError if somebody has decided the same already, or trashed it."""
    if not _moderate(Comment.objects.filter(pk=comment.pk), status, by):
        comment.refresh_from_db(fields=WRITTEN_HERE)
        where = "in the trash" if comment.deleted_at else comment.get_status_display().lower()
        raise StepNotPossibleError(f"The comment is {where} already.")
    comment.refresh_from_db(fields=WRITTEN_HERE)
    return comment


def approve_comments(queryset: CommentQuerySet, *, by: User) -> int:
    """How many were approved; those that are already, and those in the trash, are left out."""
    return _moderate(queryset, Status.APPROVED, by)


def mark_comments_as_spam(queryset: CommentQuerySet, *, by: User) -> int:
    return _moderate(queryset, Status.SPAM, by)


def remove_comments(queryset: CommentQuerySet, *, by: User) -> int:
    """Take them off the page. They stay in the list, and can be approved again."""
    return _moderate(queryset, Status.REMOVED, by)


def move_comment_to_trash(comment: Comment, *, by: User) -> None:
    """Raises StepNotPossibleError if it is there already."""
    if not move_comments_to_trash(Comment.objects.filter(pk=comment.pk), by=by):
        raise StepNotPossibleError("The comment is in the trash already.")


def restore_comment(comment: Comment, *, by: User) -> None:
    """Raises StepNotPossibleError if it is not in the trash."""
    if not restore_comments(Comment.objects.filter(pk=comment.pk), by=by):
        raise StepNotPossibleError("The comment is not in the trash.")


def move_comments_to_trash(queryset: CommentQuerySet, *, by: User) -> int:
    require(by, "posts.delete_comment")
    return _update_all(queryset, Q(deleted_at__isnull=True), {"deleted_at": Now()}, "trash", by)


def restore_comments(queryset: CommentQuerySet, *, by: User) -> int:
    require(by, "posts.delete_comment")
    return _update_all(queryset, Q(deleted_at__isnull=False), {"deleted_at": None}, "restore", by)


def _moderate(queryset: CommentQuerySet, status: Status, by: User) -> int:
    require(by, MODERATE)
    possible = Q(deleted_at__isnull=True) & ~Q(status=status)
    return _update_all(queryset, possible, _decision(status, by), ACTION[status], by)


def _decision(status: Status, by: User) -> dict:
    return {"status": status, "moderated_at": Now(), "moderated_by": by}


@transaction.atomic
def _update_all(
    queryset: CommentQuerySet,
    possible: Q,
    changes: dict,
    action: str,
    by: User,
    source: Source = Source.BULK,
) -> int:
    """At most six statements, however many comments under however many posts.

    Comments are locked before posts, both in the order of their ids; see posts._update_all.
    """
    rows = Comment.objects.filter(possible, pk__in=queryset.order_by().values("pk")).order_by("pk")
    before = states(rows.select_for_update(no_key=True), [*changes, *COUNTED_BY])
    count = Comment.objects.filter(pk__in=list(before)).update(**changes, **NEXT_VERSION)
    record_many(changed(Comment, before, changes), action, by=by, source=source)
    _recount(_differences(before.values(), changes))
    return count


def _differences(before: Iterable[State], changes: dict) -> Counter:
    """By how much each post's count of comments changes."""
    differences: Counter = Counter()
    for state in before:
        was, now = state.values, state.values | changes
        differences[was["post"]] += _is_counted(now) - _is_counted(was)
    return Counter({post_id: by for post_id, by in differences.items() if by})


def _is_counted(values: dict) -> bool:
    return values["status"] == Status.APPROVED and values["deleted_at"] is None


def _recount(differences: dict[int, int]) -> None:
    """Move the counts; not a version of the post, since nobody edited it."""
    if not differences:
        return
    posts = Post.objects.filter(pk__in=differences)
    # Evaluated for its locks: the UPDATE alone takes them in whatever order it finds the rows.
    list(posts.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    amounts = [
        When(pk__in=[pk for pk, by in differences.items() if by == amount], then=amount)
        for amount in set(differences.values())
    ]
    posts.update(comment_count=F("comment_count") + Case(*amounts))
