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
from apps.reports.report import HIGHER, PEOPLE, Column, Report, Table, register
from apps.reports.sql import rows_of
from apps.reports.units import AVERAGE, COUNT, MOMENT, TEXT
from apps.users.models import User

POSTS, COMMENTS_EACH, ENTRIES, CHARACTERS = 20, 5, 20, 120
FIGURES = """
    SELECT author.id, author.name, author.region, COUNT(post.id),
        COUNT(CASE WHEN post.status = 'published' THEN 1 END),
        COALESCE(SUM(post.comment_count), 0),
        CAST(AVG(post.comment_count) AS double precision),
        author.points, MIN(post.created_at), MAX(post.created_at)
    FROM users author
    LEFT JOIN posts post ON post.author_id = author.id AND post.deleted_at IS NULL
    WHERE author.id = COALESCE(%(author)s, (
        SELECT author_id FROM posts
        WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1
    ))
    GROUP BY author.id, author.name, author.region, author.points
"""


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
    name: str
    region: str
    posts: int
    published: int
    comments: int
    comments_per_post: float | None
    points: int
    first_post: datetime | None
    last_post: datetime | None


@dataclass(frozen=True, slots=True)
class PostRow:
    id: int
    title: str
    status: str
    created_at: datetime
    comments: int


@dataclass(frozen=True, slots=True)
class CommentRow:
    id: int
    post_id: int
    comment: str
    post: str
    written_by: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryRow:
    at: datetime
    done: str
    kind: str
    label: str


def figures(question: Question) -> list[AuthorRow]:
    author = question.filters.get("author")
    return rows_of(AuthorRow, FIGURES, {"author": author}, question.using)


def who(question: Question):
    """The one asked for, or whoever wrote last: an id, or the query that finds it."""
    newest = Post.objects.using(question.using).live().newest_first()
    return question.filters.get("author") or newest.values("author")[:1]


def latest(question: Question):
    posts = Post.objects.using(question.using).live().filter(author=who(question))
    return posts.only("id", "title", "status", "created_at", "comment_count").newest_first()[:POSTS]


def latest_posts(question: Question) -> list[PostRow]:
    return [
        PostRow(post.pk, post.title, post.get_status_display(), post.created_at, post.comment_count)
        for post in latest(question)
    ]


def latest_comments(question: Question) -> list[CommentRow]:
    """Of each of these posts the newest five, with who wrote them: three statements."""
    people = User.objects.using(question.using).only("id", "name")
    comments = Comment.objects.using(question.using).live().newest_first()
    comments = comments.prefetch_related(Prefetch("author", people))[:COMMENTS_EACH]
    posts = latest(question).prefetch_related(
        Prefetch("comments", queryset=comments, to_attr="newest_comments")
    )
    return [
        CommentRow(
            one.pk, post.pk, cut(one.body, CHARACTERS), post.title, one.written_by,
            one.get_status_display(), one.created_at,
        )
        for post in posts
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


HIS_POSTS = ListLink("posts.post", fields={"author": "id"})
HIS_PUBLISHED = ListLink("posts.post", params={"status": "published"}, fields={"author": "id"})
APPROVED = ListLink("posts.comment", params={"status": "approved"}, fields={"post": "id"})

register(
    Report(
        slug="author",
        title="Author",
        summary="One person’s posts, what was said of them, and what he did; whoever wrote last, "
        "if nobody is chosen. Over all time.",
        group=PEOPLE,
        takes_dates=False,
        filters=AuthorFilters,
        tables=[
            Table(
                title="The author",
                row=AuthorRow,
                rows=figures,
                empty="Nobody has written yet.",
                columns=[
                    Column("name", "Name", unit=TEXT, link=ObjectLink("users.user", "id")),
                    Column("region", "Region", unit=TEXT),
                    Column("posts", "Posts", "Not in the trash, of any status.", link=HIS_POSTS),
                    Column(
                        "published",
                        "Published",
                        "Of these, for all to see.",
                        better=HIGHER,
                        link=HIS_PUBLISHED,
                    ),
                    Column(
                        "comments", "Comments", "Approved comments on his posts.", better=HIGHER
                    ),
                    Column(
                        "comments_per_post",
                        "Per post",
                        "Approved comments on a post of his, on average.",
                        AVERAGE,
                        HIGHER,
                    ),
                    Column("points", "Points", "As they stand today."),
                    Column("first_post", "First post", unit=MOMENT),
                    Column("last_post", "Last post", unit=MOMENT),
                ],
            ),
            Table(
                name="posts",
                title="Latest posts",
                note=f"at most {POSTS}",
                row=PostRow,
                rows=latest_posts,
                empty="No post yet.",
                columns=[
                    Column("title", "Post", unit=TEXT, link=ObjectLink("posts.post", "id")),
                    Column("status", "Status", unit=TEXT),
                    Column("created_at", "Created", unit=MOMENT),
                    Column("comments", "Comments on it", "Approved ones.", COUNT, link=APPROVED),
                ],
            ),
            Table(
                name="comments",
                title="What is said of them",
                note=f"the newest {COMMENTS_EACH} of each",
                row=CommentRow,
                rows=latest_comments,
                empty="No comment yet.",
                columns=[
                    Column("comment", "Comment", unit=TEXT, link=ObjectLink("posts.comment", "id")),
                    Column("post", "On", unit=TEXT, link=ObjectLink("posts.post", "post_id")),
                    Column("written_by", "By", unit=TEXT),
                    Column("status", "Status", unit=TEXT),
                    Column("created_at", "Written", unit=MOMENT),
                ],
            ),
            Table(
                name="entries",
                title="What he did last",
                note=f"at most {ENTRIES}",
                row=EntryRow,
                rows=latest_entries,
                empty="Nothing yet.",
                columns=[
                    Column("at", "When", unit=MOMENT),
                    Column("done", "Did", unit=TEXT),
                    Column("kind", "With a", unit=TEXT),
                    Column("label", "Named", unit=TEXT),
                ],
            ),
        ],
    )
)
