"""What the home page and the pages of posts, comments and users show of the content.

Each panel is a fixed number of cheap statements over an index, whatever the size of the tables.
"""

from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timesince import timesince

from apps.backoffice import panels
from apps.backoffice.rows import short_time
from apps.posts import actions
from apps.posts.forms import DECISIONS, FirstPostForm
from apps.posts.models import Comment, Post
from apps.posts.wording import capped_count, cut, posts_of_author
from apps.posts.workflow import SCHEDULE, steps_for
from apps.users.cards import user_card

ROWS_AT_HOME = 6
COUNTED_AT_HOME = 1_000
COMMENTS_SHOWN = 10
POSTS_SHOWN = 5
COMMENT_COLUMNS = ["pk", "body", "status", "created_at", "author_name", "author__name"]
STATUS_LABELS = dict(Comment.Status.choices)
SHOW_ALL = "Show all in the list"


def changelist(model: str, **filters) -> str:
    return f"{reverse(f'admin:posts_{model}_changelist')}?{urlencode(filters)}"


def render(name: str, **context) -> str:
    return render_to_string(f"posts/_{name}.html", context)


# Home


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


# The page of a post


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


def badge_of(instance) -> tuple[str, str]:
    return instance.get_status_display(), instance.status


@panels.beside("posts.post", order=20)
def author_of_post(request, post):
    return person_panel(request, "author", "Author", post.author_id)


def person_panel(request, key: str, title: str, user_id: int) -> panels.Panel:
    """Somebody's card, from the cache."""
    card = user_card(user_id)
    may_open = request.user.has_perm("users.view_user")
    link = reverse("admin:users_user_change", args=[user_id]) if may_open else ""
    posts = posts_of_author(user_id)
    return panels.Panel(
        key=key,
        title=title,
        link=("All posts", changelist("post", author=user_id)),
        body=render("person", card=card, link=link, posts=posts, may_see_email=may_open),
    )


@panels.beside("posts.post", order=40)
def comments_of_post(request, post):
    """The latest ten, whatever was decided about them."""
    if not request.user.has_perm("posts.view_comment"):
        return None
    newest = Comment.objects.live().filter(post=post).newest_first()
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
        for pk, body, status, created_at, visitor, name in newest.values_list(*COMMENT_COLUMNS)[
            :COMMENTS_SHOWN
        ]
    ]
    return panels.Panel(
        key="comments",
        title="Latest comments",
        link=("All comments", changelist("comment", post=post.pk)) if comments else None,
        body=render("comments", comments=comments) if comments else "",
        empty="Nobody has commented yet.",
    )


def goes_with(post: Post) -> list[str]:
    """“100+ comments go with it”, counted no further."""
    count = capped_count(Comment.objects.live().filter(post=post))
    if count == "0":
        return []
    return [f"{count} comment goes with it" if count == "1" else f"{count} comments go with it"]


def users_of(posts) -> list[str]:
    """“100+ posts use it”, of a category or tag."""
    count = capped_count(posts)
    if count == "0":
        return []
    return [f"{count} post uses it" if count == "1" else f"{count} posts use it"]


# The page of a comment


@panels.beside("posts.comment", order=10)
def moderation(request, comment):
    decisions = [
        (name, label)
        for (name, decided), label in zip(
            DECISIONS.items(), ("Approve", "Mark as spam", "Remove"), strict=True
        )
        if decided != comment.status and comment.deleted_at is None
    ]
    may_moderate = request.user.has_perm("posts.moderate_comment")
    return panels.Panel(
        key="moderation",
        title="Status",
        badge=("In the trash", "archived") if comment.deleted_at else badge_of(comment),
        body=render(
            "moderation",
            comment=comment,
            decisions=decisions if may_moderate else [],
        ),
    )


@panels.beside("posts.comment", order=20)
def author_of_comment(request, comment):
    if comment.author_id is None:
        return None
    return person_panel(request, "author", "Author", comment.author_id)


# The page of a user


@panels.beside("users.user", order=30)
def posts_of_user(request, user):
    if not request.user.has_perm("posts.view_post"):
        return None
    newest = Post.objects.live().filter(author=user).newest_first()
    posts = list(newest.values("pk", "title", "status", "created_at")[:POSTS_SHOWN])
    for post in posts:
        post["status_label"] = Post.Status(post["status"]).label
    return panels.Panel(
        key="posts",
        title="Latest posts",
        link=("All posts", changelist("post", author=user.pk)) if posts else None,
        body=render("posts_of_user", posts=posts) if posts else "",
        empty="No posts yet.",
    )


@panels.on_add("users.user")
class FirstPost(panels.FormPanel):
    """A draft by the new user, saved with him or not at all."""

    key, title, form_class = "first-post", "First post", FirstPostForm

    def is_offered(self, request):
        # Only who may name an author may write in somebody else's name.
        return request.user.has_perm("posts.add_post") and request.user.has_perm(
            "posts.change_post"
        )

    def save(self, request, form, user):
        post = Post(author=user, **form.cleaned_data)
        actions.create_post(post, by=request.user)
