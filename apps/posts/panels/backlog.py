"""What has waited for too long: an alert for who can see to it."""

from datetime import timedelta

from django.utils import timezone

from apps.backoffice import panels
from apps.posts.models import Comment, Post
from apps.posts.panels.parts import changelist, render
from apps.posts.wording import capped_count

# An author waits for an editor, a reader for a moderator.
REVIEW_DAYS, COMMENT_DAYS = 3, 2


@panels.home(order=7)
def backlog(request):
    """Nothing while all is well. A count for each queue that this person works on."""
    lines = []
    if request.user.has_perm("posts.publish_post"):
        lines.append(of_posts())
    if request.user.has_perm("posts.moderate_comment"):
        lines.append(of_comments())
    lines = [line for line in lines if line["count"] != "0"]
    if not lines:
        return None
    return panels.Panel(key="backlog", title="Backlog", body=render("backlog", lines=lines))


def of_posts() -> dict:
    late = Post.objects.in_review().filter(submitted_at__lt=ago(REVIEW_DAYS))
    return {
        "queue": "Review",
        "count": capped_count(late),
        "what": "post",
        "days": REVIEW_DAYS,
        "for_whom": "an editor",
        "link": changelist("post", status="review", o="created_at"),
    }


def of_comments() -> dict:
    late = Comment.objects.pending().filter(created_at__lt=ago(COMMENT_DAYS))
    return {
        "queue": "Comments",
        "count": capped_count(late),
        "what": "comment",
        "days": COMMENT_DAYS,
        "for_whom": "a moderator",
        "link": changelist("comment", status="pending", o="created_at"),
    }


def ago(days: int):
    return timezone.now() - timedelta(days=days)
