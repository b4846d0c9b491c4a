"""What was published: how much, what is talked about, in which categories, and how old it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone

from apps.posts.models import Category, Post
from apps.reports.charts import Bars, Lines
from apps.reports.daily import by_day, daily
from apps.reports.links import ListLink, ObjectLink
from apps.reports.periods import DAY, Period
from apps.reports.question import Question
from apps.reports.report import HIGHER, PUBLISHING, Column, Report, Table, register
from apps.reports.rollups.metrics.posts import MOST_COMMENTED, PUBLISHED
from apps.reports.units import COUNT, MOMENT, PERCENT, PERIOD, TEXT

TOP = 100
# From so many days on, up to the next; posts are as old as their publication.
AGES = (
    (0, "Under a month"),
    (30, "1 to 3 months"),
    (91, "3 to 6 months"),
    (182, "6 to 12 months"),
    (365, "1 to 2 years"),
    (730, "Over 2 years"),
)


@dataclass(frozen=True, slots=True)
class PublishedRow:
    period: Period
    published: int


@dataclass(frozen=True, slots=True)
class TopRow:
    id: int
    title: str
    author_id: int
    author: str
    published_at: object
    comments: int


@dataclass(frozen=True, slots=True)
class CategoryRow:
    id: int | None
    category: str
    published: int
    share: float


@dataclass(frozen=True, slots=True)
class AgeRow:
    age: str
    first: date
    last: date
    posts: int
    share: float


def published_rows(question: Question) -> list[PublishedRow]:
    published = daily(PUBLISHED, question)
    return [PublishedRow(bucket, published.over(bucket)) for bucket in question.buckets]


def top_rows(question: Question) -> list[TopRow]:
    """Of the most commented of each day; of equals the later one."""
    comments = {int(key): number for _, key, number in by_day(MOST_COMMENTED, question, "post")}
    most = sorted(comments, key=lambda pk: (comments[pk], pk), reverse=True)[:TOP]
    published = Post.objects.using(question.using).published().filter(pk__in=most)
    columns = ("id", "title", "author_id", "name", "published_at")
    rows = published.annotate(name=F("author__name")).values_list(*columns)
    found = {row[0]: TopRow(*row, comments[row[0]]) for row in rows}
    return [found[pk] for pk in most if pk in found]


def category_rows(question: Question) -> list[CategoryRow]:
    """The most used first."""
    published = daily(PUBLISHED, question, "category")
    of = {key: published.over(question.period, key) for key in published.keys}
    ids = [int(key) for key in of if key]
    names = dict(
        Category.objects.using(question.using).filter(pk__in=ids).values_list("pk", "name")
    )
    total = sum(of.values())
    rows = [
        CategoryRow(int(key) if key else None, named(key, names), number, number / total)
        for key, number in of.items()
    ]
    return sorted(rows, key=lambda row: (-row.published, row.category))


def named(key: str, names: dict[int, str]) -> str:
    return names.get(int(key), f"Category {key}, deleted") if key else "Without a category"


def age_rows(question: Question) -> list[AgeRow]:
    """Of everything that is published today, whatever the period."""
    first = Post.objects.using(question.using).published().order_by("published_at", "id")
    oldest = first.values_list("published_at", flat=True).first()
    if oldest is None:
        return []
    today = timezone.localdate()
    ever = Period(min(timezone.localdate(oldest), today), today + DAY)
    published = daily(PUBLISHED, replace(question, period=ever))
    spans = list(ages(ever))
    counted = [published.over(span) for _, span in spans]
    total = sum(counted) or 1
    return [
        AgeRow(name, span.start, span.last, number, number / total)
        for (name, span), number in zip(spans, counted, strict=True)
    ]


def ages(ever: Period) -> Iterator[tuple[str, Period]]:
    """Each age's name and its days, as far as there are any."""
    ends = [ever.end - timedelta(days=days) for days, _ in AGES]
    for (_, name), end, start in zip(AGES, ends, [*ends[1:], ever.start], strict=True):
        if ever.start < end:
            yield name, Period(max(start, ever.start), end)


IN_LIST = ListLink("posts.post", dates="published_at", params={"status": "published"})
OF_CATEGORY = replace(IN_LIST, fields={"category": "id"})
OF_AGE = ListLink(
    "posts.post",
    params={"status": "published"},
    fields={"published_at_from": "first", "published_at_to": "last"},
)
COMMENTS = ListLink("posts.comment", params={"status": "approved"}, fields={"post": "id"})

PUBLISHED_TABLE = Table(
    title="Published posts",
    row=PublishedRow,
    rows=published_rows,
    chart=Lines(["published"]),
    columns=[
        Column("period", "Day", unit=PERIOD),
        Column(
            "published",
            "Published",
            "Posts and pages that were published that day and still are.",
            better=HIGHER,
            headline=True,
            link=IN_LIST,
        ),
    ],
)
TOP_TABLE = Table(
    name="top",
    title="Most commented",
    note=f"the first {TOP} of those published in the period",
    row=TopRow,
    rows=top_rows,
    chart=Bars("title", "comments"),
    empty="No post of this period has a comment.",
    columns=[
        Column("title", "Post", unit=TEXT, link=ObjectLink("posts.post", "id")),
        Column("author", "Author", unit=TEXT, link=ObjectLink("users.user", "author_id")),
        Column("published_at", "Published at", unit=MOMENT),
        Column(
            "comments", "Comments", "Approved comments, whenever written.", COUNT, link=COMMENTS
        ),
    ],
)
CATEGORIES_TABLE = Table(
    name="categories",
    title="Categories",
    row=CategoryRow,
    rows=category_rows,
    chart=Bars("category", "published"),
    columns=[
        Column("category", "Category", unit=TEXT),
        Column(
            "published",
            "In the category",
            "Of the posts published in the period.",
            link=OF_CATEGORY,
        ),
        Column("share", "Share", "Of all that was published.", PERCENT),
    ],
)
AGES_TABLE = Table(
    name="ages",
    title="How old what is published is",
    note="all that is published, whatever the period",
    row=AgeRow,
    rows=age_rows,
    chart=Bars("age", "posts"),
    empty="Nothing is published.",
    columns=[
        Column("age", "Published", unit=TEXT),
        Column("posts", "Posts", "As old as their publication, today.", link=OF_AGE),
        Column("share", "Share", "Of all that is published.", PERCENT),
    ],
)

register(
    Report(
        slug="content",
        title="Content",
        summary="What was published, what is talked about, in which categories, and how it ages.",
        group=PUBLISHING,
        in_sidebar=True,
        place=3,
        tables=[PUBLISHED_TABLE, TOP_TABLE, CATEGORIES_TABLE, AGES_TABLE],
    )
)
