from django.db.models import F
from django.utils import timezone
from django.utils.timesince import timesince

from apps.backoffice import panels
from apps.backoffice.rows import short_time
from apps.posts.models import Comment, Post
from apps.posts.panels.parts import changelist, render
from apps.posts.wording import capped_count

ROWS_AT_HOME = 6
COUNTED_AT_HOME = 1_000
SHOW_ALL = "Show all in the list"


@panels.home(order=10)
def in_review(request):
    """For editors, the longest waiting first."""
    if not request.user.has_perm("posts.publish_post"):
        return None
    waiting = Post.objects.in_review()
    posts = list(
        waiting.values("pk", "title", "submitted_at", "author__name", "author__region")[
            :ROWS_AT_HOME
        ]
    )
    now = timezone.now()
    for post in posts:
        since = post["submitted_at"]
        post["submitted"] = since and short_time(since)
        post["waiting"] = since and timesince(since, now)
    return panels.Panel(
        key="in-review",
        title="In review",
        note=first_of(posts, waiting, "longest waiting first"),
        link=(SHOW_ALL, changelist("post", status="review", o="created_at")),
        body=render("in_review", posts=posts) if posts else "",
        empty="No post waits for review.",
    )


@panels.home(order=20)
def own_drafts(request):
    """For who writes but does not publish."""
    user = request.user
    if user.has_perm("posts.publish_post") or not user.has_perm("posts.change_own_post"):
        return None
    drafts = Post.objects.drafts_of(user)
    posts = list(drafts.values("pk", "title", "updated_at")[:ROWS_AT_HOME])
    for post in posts:
        post["saved"] = short_time(post["updated_at"])
    return panels.Panel(
        key="own-drafts",
        title="Your drafts",
        note=first_of(posts, drafts, "newest first"),
        link=(SHOW_ALL, changelist("post", author=user.pk, status="draft")),
        body=render("own_drafts", posts=posts) if posts else "",
        empty="You have no draft.",
    )


@panels.home(order=30)
def pending_comments(request):
    """For moderators, the oldest first."""
    if not request.user.has_perm("posts.moderate_comment"):
        return None
    pending = Comment.objects.pending()
    comments = list(
        pending.values(
            "pk", "body", "created_at", "author_name", "author__name", post_title=F("post__title")
        )[:ROWS_AT_HOME]
    )
    for comment in comments:
        comment["written"] = short_time(comment["created_at"])
    return panels.Panel(
        key="pending-comments",
        title="Comments pending",
        note=first_of(comments, pending, "oldest first"),
        link=(SHOW_ALL, changelist("comment", status="pending", o="created_at")),
        body=render("pending_comments", comments=comments) if comments else "",
        empty="No comment waits for a decision.",
    )


def first_of(rows: list, queryset, order: str) -> str:
    """`6 of 214, longest waiting first`; counted only if there is more than what is shown."""
    if not rows:
        return ""
    if len(rows) < ROWS_AT_HOME:
        return order
    return f"{len(rows)} of {capped_count(queryset, COUNTED_AT_HOME)}, {order}"
