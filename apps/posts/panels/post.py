from django.urls import reverse
from django.utils import timezone

from apps.backoffice import panels
from apps.backoffice.rows import short_time
from apps.database.planned import Given, PlannedQuery
from apps.posts.models import Comment, Post
from apps.posts.panels.parts import badge_of, changelist, person_panel, render
from apps.posts.wording import cut
from apps.posts.workflow import SCHEDULE, steps_for

COMMENTS_SHOWN = 10
COMMENT_COLUMNS = ["pk", "body", "status", "created_at", "author_name", "author__name"]
NEWEST_COMMENTS = PlannedQuery(
    lambda: (
        Comment.objects.live()
        .filter(post_id=Given("post"))
        .newest_first()
        .values_list(*COMMENT_COLUMNS)[:COMMENTS_SHOWN]
    )
)
STATUS_LABELS = dict(Comment.Status.choices)


def status(request, form, post: Post | None) -> panels.Panel:
    """Where the post stands and the steps from there; part of the form, with its errors."""
    new = post is None
    shown = post or Post(author=request.user)
    steps = steps_for(shown, request.user) if new or post.deleted_at is None else []
    return panels.Panel(
        key="status",
        title="Status",
        badge=("In the trash", "archived") if shown.deleted_at else badge_of(shown),
        body=render(
            "status",
            post=shown,
            steps=[step for step in steps if step is not SCHEDULE],
            schedule=SCHEDULE if SCHEDULE in steps else None,
            publish_at=form["publish_at"],
            time_zone=timezone.get_current_timezone_name(),
        ),
    )


@panels.beside("posts.post", order=20)
def author_of_post(request, post):
    return person_panel(request, "author", "Author", post.author_id)


@panels.beside("posts.post", order=40)
def comments_of_post(request, post):
    """The latest ten, whatever was decided about them."""
    if not request.user.has_perm("posts.view_comment"):
        return None
    # Tuples and one address: model objects and ten `{% url %}` were a fifth of the page.
    address = reverse("admin:posts_comment_change", args=[0])
    comments = [
        {
            "address": address.replace("/0/", f"/{pk}/"),
            "body": cut(body, 160),
            "by": name or f"{visitor} (visitor)",
            "written": short_time(created_at),
            "status": status,
            "label": STATUS_LABELS[status],
        }
        for pk, body, status, created_at, visitor, name in NEWEST_COMMENTS.rows(post=post.pk)
    ]
    return panels.Panel(
        key="comments",
        title="Latest comments",
        link=("All comments", changelist("comment", post=post.pk)) if comments else None,
        body=render("comments", comments=comments) if comments else "",
        empty="Nobody has commented yet.",
    )
