"""One author: his figures by hand-written SQL, his latest posts by the ORM, what he did by the
entries. It costs what he wrote, however much the others did.
"""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import admin
from django.db.models import Prefetch

from apps.activity.models import AuditEntry
from apps.activity.recorded import recorded_as
from apps.activity.wording import done
from apps.backoffice.widgets import RelatedField, RelatedInput
from apps.posts.models import Comment, Post
from apps.posts.wording import cut
from apps.reports.links import ListLink, ObjectLink
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Report, Table, column, register
from apps.reports.sql import rows_of
from apps.reports.units import AVERAGE, MOMENT, TEXT
from apps.users.models import User

POSTS, COMMENTS_EACH, ENTRIES, CHARACTERS = 20, 5, 20, 120
HIS_POSTS = ListLink("posts.post", fields={"author": "id"})
HIS_PUBLISHED = ListLink("posts.post", params={"status": "published"}, fields={"author": "id"})
APPROVED = ListLink("posts.comment", params={"status": "approved"}, fields={"post": "id"})
USER, POST = ObjectLink("users.user", "id"), ObjectLink("posts.post", "id")
COMMENT, ITS_POST = ObjectLink("posts.comment", "id"), ObjectLink("posts.post", "post_id")
ON_HIS = "Approved comments on his posts."
PER_POST = "Approved comments on a post of his, on average."


class AuthorFilters(forms.Form):
    author = RelatedField(
        User.objects.all(),
        label="Author",
        required=False,
        widget=RelatedInput(Post._meta.get_field("author"), admin.site),
    )

    def clean_author(self) -> int | None:
        author = self.cleaned_data["author"]
        return author.pk if author else None


@dataclass(frozen=True, slots=True)
class AuthorRow:
    id: int
    name: str = column("Name", unit=TEXT, link=USER)
    region: str = column("Region", unit=TEXT)
    posts: int = column("Posts", "Not in the trash, of any status.", link=HIS_POSTS)
    published: int = column(
        "Published", "Of these, for all to see.", better=HIGHER, link=HIS_PUBLISHED
    )
    comments: int = column("Comments", ON_HIS, better=HIGHER)
    comments_per_post: float | None = column("Per post", PER_POST, AVERAGE, HIGHER)
    points: int = column("Points", "As they stand today.")
    first_post: datetime | None = column("First post", unit=MOMENT)
    last_post: datetime | None = column("Last post", unit=MOMENT)


@dataclass(frozen=True, slots=True)
class PostRow:
    id: int
    title: str = column("Post", unit=TEXT, link=POST)
    status: str = column("Status", unit=TEXT)
    created_at: datetime = column("Created", unit=MOMENT)
    comments: int = column("Comments on it", "Approved ones.", link=APPROVED)


@dataclass(frozen=True, slots=True)
class CommentRow:
    id: int
    post_id: int
    comment: str = column("Comment", unit=TEXT, link=COMMENT)
    post: str = column("On", unit=TEXT, link=ITS_POST)
    written_by: str = column("By", unit=TEXT)
    status: str = column("Status", unit=TEXT)
    created_at: datetime = column("Written", unit=MOMENT)


@dataclass(frozen=True, slots=True)
class EntryRow:
    at: datetime = column("When", unit=MOMENT)
    done: str = column("Did", unit=TEXT)
    kind: str = column("With a", unit=TEXT)
    label: str = column("Named", unit=TEXT)


def figures(question: Question) -> list[AuthorRow]:
    author = question.filters.get("author")
    return rows_of(AuthorRow, "author", {"author": author}, question.using)


def who(question: Question):
    """The one asked for, or whoever wrote last: an id, or the query that finds it."""
    newest = Post.objects.using(question.using).live().newest_first()
    return question.filters.get("author") or newest.values("author")[:1]


def latest(question: Question) -> list[Post]:
    """Each with its newest five comments, and who wrote them: three statements for two tables."""
    return question.once(latest, lambda: list(with_comments(question)[:POSTS]))


def with_comments(question: Question):
    people = User.objects.using(question.using).only("id", "name")
    comments = Comment.objects.using(question.using).live().newest_first()
    comments = comments.prefetch_related(Prefetch("author", people))[:COMMENTS_EACH]
    posts = Post.objects.using(question.using).live().filter(author=who(question)).newest_first()
    posts = posts.only("id", "title", "status", "created_at", "comment_count")
    return posts.prefetch_related(
        Prefetch("comments", queryset=comments, to_attr="newest_comments")
    )


def latest_posts(question: Question) -> list[PostRow]:
    return [
        PostRow(post.pk, post.title, post.get_status_display(), post.created_at, post.comment_count)
        for post in latest(question)
    ]


def latest_comments(question: Question) -> list[CommentRow]:
    return [
        CommentRow(
            one.pk, post.pk, cut(one.body, CHARACTERS), post.title, one.written_by,
            one.get_status_display(), one.created_at,
        )
        for post in latest(question)
        for one in post.newest_comments
    ]  # fmt: skip


def latest_entries(question: Question) -> list[EntryRow]:
    entries = AuditEntry.objects.using(question.using).by_actor(who(question)).newest_first()
    columns = ("at", "action", "object_type", "object_label")
    return [
        EntryRow(at, done(action), kind_of(object_type), label)
        for at, action, object_type, label in entries.values_list(*columns)[:ENTRIES]
    ]


def kind_of(object_type: str) -> str:
    recorded = recorded_as(object_type)
    return str(recorded.model._meta.verbose_name) if recorded else object_type


register(
    Report(
        slug="author",
        title="Author",
        summary="One person’s posts, what was said of them, and what he did; whoever wrote last, "
        "if nobody is chosen. Over all time.",
        group=PEOPLE,
        place=2,
        takes_dates=False,
        filters=AuthorFilters,
        tables=[
            Table("The author", AuthorRow, figures, empty="Nobody has written yet."),
            Table(
                "Latest posts",
                PostRow,
                latest_posts,
                name="posts",
                note=f"at most {POSTS}",
                empty="No post yet.",
            ),
            Table(
                "What is said of them",
                CommentRow,
                latest_comments,
                name="comments",
                note=f"the newest {COMMENTS_EACH} of each",
                empty="No comment yet.",
            ),
            Table(
                "What he did last",
                EntryRow,
                latest_entries,
                name="entries",
                note=f"at most {ENTRIES}",
                empty="Nothing yet.",
            ),
        ],
    )
)
