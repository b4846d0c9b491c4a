"""What the worker does with content every so often."""

from datetime import timedelta

from apps.backoffice import counts, periodic
from apps.backoffice.periodic import Outcome
from apps.operations.models import Schedule
from apps.posts.actions.schedule import Counts, publish_due_posts, purge_trashed_posts
from apps.posts.models import Comment, Post
from apps.posts.wording import counted

PUBLISH_SCHEDULED = "publish_scheduled"


@periodic.job(
    PUBLISH_SCHEDULED,
    every=timedelta(minutes=1),
    description="Publishes posts whose time has come.",
)
def publish_scheduled():
    before_this = Schedule.objects.filter(name=PUBLISH_SCHEDULED).first()
    total = Counts()
    while batch := publish_due_posts(before_this):
        total += batch
        counts.forget(Post)
        late = f"{counted(total.late, 'post')} published late" if total.late else ""
        yield Outcome(published(total), notice=late)


def published(total: Counts) -> str:
    """“3 posts published, 2 of them late”."""
    late = f", {total.late:,} of them late" if total.late else ""
    return f"{counted(total.posts, 'post')} published{late}"


@periodic.job(
    "purge_trash",
    every=timedelta(days=1),
    description="Removes posts that have been in the trash for 30 days, with their comments.",
)
def purge_trash():
    total = Counts()
    while batch := purge_trashed_posts():
        total += batch
        counts.forget(Post)
        counts.forget(Comment)
        posts, comments = counted(total.posts, "post"), counted(total.comments, "comment")
        yield Outcome(f"{posts} and {comments} removed")
