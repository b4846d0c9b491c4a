from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.activity.actions import Source, record, record_many
from apps.activity.changes import change, changed, created, values_of
from apps.activity.states import states
from apps.posts.models import Post, Tag
from apps.posts.querysets import PostQuerySet
from apps.posts.rights import changeable_posts, may_choose_author, require
from apps.posts.slugs import slug_from, with_free_slug
from apps.posts.workflow import (
    ARCHIVE,
    PUBLISH,
    RETURN_TO_DRAFT,
    SCHEDULE,
    SUBMIT,
    Step,
    StepNotPossibleError,
)
from apps.users.models import User

# Every save is a new version; expressions, so that no older value is written over a newer one.
NEXT_VERSION = {"version": F("version") + 1, "updated_at": Now()}
WRITTEN_BY_STEPS = [
    "status", "submitted_at", "publish_at", "published_at", "first_published_at",
    "updated_at", "deleted_at", "version",
]  # fmt: skip


@transaction.atomic
def create_post(
    post: Post,
    *,
    by: User,
    tags: Iterable[Tag] = (),
    step: Step | None = None,
    publish_at: datetime | None = None,
) -> Post:
    """Insert a new post as a draft, or where one step from draft leads.

    Who may not choose the author is the author. Without a slug it gets one from its title;
    a taken slug becomes the next free one, and the post is kept.
    """
    require(by, "posts.add_post")
    if not may_choose_author(by):
        post.author = by
    post.status = Post.Status.DRAFT
    post.slug = post.slug or slug_from(post.title)
    if step:
        _take_first_step(post, step, by, publish_at)
    with_free_slug(post, lambda: post.save(force_insert=True))
    if tags:
        post.tags.set(tags)
    record(created(post), "create", by=by)
    post.refresh_from_db(fields=[*WRITTEN_BY_STEPS, "created_at"])
    return post


def _take_first_step(post: Post, step: Step, by: User, publish_at: datetime | None) -> None:
    _check(post, step, by, publish_at)
    for name, value in step.changes(publish_at).items():
        setattr(post, name, value)
    if step is PUBLISH:
        # Nothing to keep yet, and an INSERT cannot refer to its own row.
        post.first_published_at = Now()


@transaction.atomic
def save_post(post: Post, *, by: User, **written) -> Post:
    """`write_post` in a transaction of its own."""
    return write_post(post, by=by, **written)


def write_post(
    post: Post,
    *,
    by: User,
    fields: Collection[str] = (),
    tags: Iterable[Tag] | None = None,
    step: Step | None = None,
    publish_at: datetime | None = None,
) -> Post:
    """Write the named fields, the tags if given and one step, all in one version.

    Within a transaction that ends with whatever is raised here, as that of an edit page does: to
    set a savepoint and release it was an eighth of a save.

    Raises StepNotPossibleError if the post has left the state that the step, or the right of
    its writer, begins at: somebody else was faster.
    """
    if "slug" in fields and not post.slug:
        post.slug = slug_from(post.title)
    rows = Post.objects.filter(changeable_posts(by), pk=post.pk, deleted_at__isnull=True)
    stepped = {}
    if step:
        _check(None, step, by, publish_at)
        rows = rows.filter(status__in=step.sources)
        stepped = step.changes(publish_at)
    columns = [*fields, *stepped]
    before = states(
        rows.select_for_update(no_key=True), columns if tags is None else [*columns, "tags"]
    )

    def write() -> int:
        values = {name: getattr(post, name) for name in fields}
        return rows.update(**values, **stepped, **NEXT_VERSION)

    if not before or not (with_free_slug(post, write) if "slug" in fields else write()):
        raise StepNotPossibleError(_refusal(post, step))
    chosen = {}
    if tags is not None:
        chosen = {"tags": sorted(tag.pk for tag in tags)}
        post.tags.set(tags)
    if step:
        # Its times are the database's.
        post.refresh_from_db(fields=WRITTEN_BY_STEPS)
    post.version = before[post.pk].version + 1
    written = values_of(post, columns) | chosen
    action = step.action if step else "change"
    record(change(before[post.pk], written), action, by=by)
    return post


def _check(post: Post | None, step: Step, by: User, publish_at: datetime | None) -> None:
    if step.permission:
        require(by, step.permission)
    if step is SCHEDULE and (publish_at is None or publish_at <= timezone.now()):
        raise StepNotPossibleError("Give a time in the future to publish the post at.")
    if post is not None and not step.is_possible_for(post):
        raise StepNotPossibleError(step.refusal(post))


def _refusal(post: Post, step: Step | None) -> str:
    """Why no row was updated, from the row as it is now."""
    now = Post.objects.filter(pk=post.pk).first()
    if now is None:
        return "The post has been deleted for good."
    if step and not step.is_possible_for(now):
        return step.refusal(now)
    if now.deleted_at:
        return f"“{now.title}” is in the trash: restore it first."
    return f"“{now.title}” is {now.get_status_display().lower()}: you cannot change it any more."


def submit_post(post: Post, *, by: User) -> Post:
    """Hand a draft to the editors. Raises StepNotPossibleError, as all steps do."""
    return save_post(post, by=by, step=SUBMIT)


def return_post_to_draft(post: Post, *, by: User) -> Post:
    return save_post(post, by=by, step=RETURN_TO_DRAFT)


def schedule_post(post: Post, *, by: User, publish_at: datetime) -> Post:
    """Have the post published at a time in the future; of a scheduled one, at another time."""
    return save_post(post, by=by, step=SCHEDULE, publish_at=publish_at)


def publish_post(post: Post, *, by: User) -> Post:
    return save_post(post, by=by, step=PUBLISH)


def archive_post(post: Post, *, by: User) -> Post:
    return save_post(post, by=by, step=ARCHIVE)


def submit_posts(queryset: PostQuerySet, *, by: User) -> int:
    """How many were submitted. Set steps leave out what is not, or no longer, in its state."""
    return _take_step_of_all(queryset, SUBMIT, by)


def return_posts_to_draft(queryset: PostQuerySet, *, by: User) -> int:
    return _take_step_of_all(queryset, RETURN_TO_DRAFT, by)


def publish_posts(queryset: PostQuerySet, *, by: User) -> int:
    return _take_step_of_all(queryset, PUBLISH, by)


def archive_posts(queryset: PostQuerySet, *, by: User) -> int:
    return _take_step_of_all(queryset, ARCHIVE, by)


def _take_step_of_all(queryset: PostQuerySet, step: Step, by: User) -> int:
    if step.permission:
        require(by, step.permission)
    possible = changeable_posts(by) & Q(status__in=step.sources, deleted_at__isnull=True)
    return _update_all(queryset, possible, step.changes(), step.action, by)


def move_post_to_trash(post: Post, *, by: User) -> Post:
    """Raises StepNotPossibleError if it is there already."""
    if not move_posts_to_trash(Post.objects.filter(pk=post.pk), by=by):
        raise StepNotPossibleError(f"“{post.title}” is in the trash already.")
    post.refresh_from_db(fields=WRITTEN_BY_STEPS)
    return post


def restore_post(post: Post, *, by: User) -> Post:
    """Raises StepNotPossibleError if it is not in the trash."""
    if not restore_posts(Post.objects.filter(pk=post.pk), by=by):
        raise StepNotPossibleError(f"“{post.title}” is not in the trash.")
    post.refresh_from_db(fields=WRITTEN_BY_STEPS)
    return post


def move_posts_to_trash(queryset: PostQuerySet, *, by: User) -> int:
    """Their comments keep their rows and versions."""
    require(by, "posts.delete_post")
    return _update_all(queryset, Q(deleted_at__isnull=True), {"deleted_at": Now()}, "trash", by)


def restore_posts(queryset: PostQuerySet, *, by: User) -> int:
    """Out of the trash, in the state they were in."""
    require(by, "posts.delete_post")
    return _update_all(queryset, Q(deleted_at__isnull=False), {"deleted_at": None}, "restore", by)


@transaction.atomic
def _update_all(queryset: PostQuerySet, possible: Q, changes: dict, action: str, by: User) -> int:
    """Three statements, however many rows, and one more to read back what the database made.

    Locked in the order of their ids, so that two set actions wait for each other instead of
    deadlocking. The condition stands on the locked rows themselves: PostgreSQL tests it again
    after a wait, which it would not inside the subquery.
    """
    rows = Post.objects.filter(possible, pk__in=queryset.order_by().values("pk")).order_by("pk")
    before = states(rows.select_for_update(no_key=True), changes)
    count = Post.objects.filter(pk__in=list(before)).update(**changes, **NEXT_VERSION)
    record_many(changed(Post, before, changes), action, by=by, source=Source.BULK)
    return count
