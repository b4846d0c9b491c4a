"""What happens to posts when its time has come; nobody does it, so there is no `by`."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.activity.actions import Source, record_many
from apps.activity.changes import Change, all_deleted, changed
from apps.activity.states import states
from apps.operations.models import Schedule
from apps.operations.wording import duration
from apps.posts.actions.comments import COUNTED_BY, _is_counted, _recount
from apps.posts.actions.posts import NEXT_VERSION
from apps.posts.models import Comment, Post
from apps.posts.workflow import PUBLISH

# Later than this is late: a worker looks every minute.
LATE_AFTER = timedelta(minutes=5)
TRASH_KEPT = timedelta(days=30)
# Of one transaction. On SQLite nobody else writes meanwhile.
POSTS_PUBLISHED, POSTS_PURGED, COMMENTS_PURGED = 100, 50, 500


@dataclass(frozen=True)
class Counts:
    """`late` are posts that were published late."""

    posts: int = 0
    late: int = 0
    comments: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.posts + other.posts, self.late + other.late, self.comments + other.comments
        )

    def __bool__(self) -> bool:
        return bool(self.posts or self.comments)


@transaction.atomic
def publish_due_posts(before_this: Schedule | None = None) -> Counts:
    """Publish the posts that wait longest, a hundred at most; four statements, however many.

    What somebody is saving at this moment is left for the next run, and what another run has
    taken is its own: SKIP LOCKED waits for nobody, so the order of the locks does not matter and
    is that of the index. `before_this` is the row of the job as the run before left it; it tells
    why a post is late.
    """
    changes = PUBLISH.changes()
    due = Post.objects.due().select_for_update(no_key=True, skip_locked=True)
    before = states(due[:POSTS_PUBLISHED], changes)
    if not before:
        return Counts()
    Post.objects.filter(pk__in=list(before)).update(**changes, **NEXT_VERSION)
    made = [explained(one, before_this) for one in changed(Post, before, changes)]
    record_many(made, PUBLISH.action, by=None, source=Source.SCHEDULE)
    return Counts(len(made), sum(bool(one.reason) for one in made))


def explained(change: Change, before_this: Schedule | None) -> Change:
    """With the reason “Published 3 h 5 min late: no worker was running.” where it was late."""
    due = datetime.fromisoformat(change.changes["publish_at"][0])
    lateness = datetime.fromisoformat(change.changes["published_at"][1]) - due
    if lateness < LATE_AFTER:
        return change
    reason = f"Published {duration(lateness)} late: {why_late(due, before_this)}."
    return replace(change, reason=reason)


def why_late(due: datetime, before_this: Schedule | None) -> str:
    last_run = before_this.finished_at if before_this else None
    if last_run is None or last_run < due:
        return "no worker was running"
    if before_this.error:
        return "the runs before it failed"
    return "it was in the trash, or being saved"


@transaction.atomic
def purge_trashed_posts() -> Counts:
    """Remove some of what has been in the trash for 30 days: comments first, then their posts.

    A dozen statements, however many rows. Comments are locked after their post here and
    before it elsewhere, so those that somebody holds are left for the next run: nobody waits.
    """
    old = Post.objects.trashed_for(TRASH_KEPT).select_for_update(skip_locked=True)
    posts = states(old[:POSTS_PURGED])
    # In no order: with one, the planner may walk a larger index than that of the posts.
    under = Comment.objects.filter(post__in=list(posts)).select_for_update(skip_locked=True)
    comments = states(under[:COMMENTS_PURGED], COUNTED_BY) if posts else {}
    remove(Comment, comments)
    left = Comment.objects.filter(post=OuterRef("pk"))
    bare = Post.objects.filter(~Exists(left), pk__in=list(posts)).values_list("pk", flat=True)
    gone = {pk: posts[pk] for pk in bare} if posts else {}
    remove(Post, gone)
    # A post that keeps comments may be taken out of the trash before the next batch.
    removed = Counter(one.values["post"] for one in comments.values() if _is_counted(one.values))
    _recount({pk: -count for pk, count in removed.items() if pk not in gone})
    return Counts(posts=len(gone), comments=len(comments))


def remove(model: type[Post] | type[Comment], rows: dict) -> None:
    """For good, with an entry for each."""
    if rows:
        record_many(all_deleted(rows), "purge", by=None, source=Source.SCHEDULE)
        # Only the keys: Django reads the rows that it deletes.
        model.objects.filter(pk__in=list(rows)).only("pk").delete()
