"""What was published: how much, what is talked about, in which categories, and how old it is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from apps.posts.models import Category, Post
from apps.reports import columns
from apps.reports.ages import by_age
from apps.reports.charts import Bars, Lines
from apps.reports.daily import best, daily
from apps.reports.links import ListLink, ObjectLink
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.report import PUBLISHING, Report, RowOf, Series, Table, column, register
from apps.reports.rollups.metrics.posts import MOST_COMMENTED, PUBLISHED
from apps.reports.units import MOMENT, TEXT

TOP = 100
AGES = (
    (0, "Under a month"),
    (30, "1 to 3 months"),
    (91, "3 to 6 months"),
    (182, "6 to 12 months"),
    (365, "1 to 2 years"),
    (730, "Over 2 years"),
)
STATUS = {"status": "published"}
POST, AUTHOR = ObjectLink("posts.post", "id"), ObjectLink("users.user", "author_id")
COMMENTS = ListLink("posts.comment", params={"status": "approved"}, fields={"post": "id"})
OF_CATEGORY = ListLink("posts.post", "published_at", STATUS, fields={"category": "id"})
DAYS = {"published_at_from": "first", "published_at_to": "last"}
OF_AGE = ListLink("posts.post", params=STATUS, fields=DAYS)


@dataclass(frozen=True, slots=True)
class PublishedRow:
    period: Period
    published: int = columns.published()


@dataclass(frozen=True, slots=True)
class TopRow:
    id: int
    title: str = column("Post", unit=TEXT, link=POST)
    author_id: int
    author: str = column("Author", unit=TEXT, link=AUTHOR)
    published_at: datetime = column("Published at", unit=MOMENT)
    comments: int = column("Comments", "Approved comments, whenever written.", link=COMMENTS)


@dataclass(frozen=True, slots=True)
class CategoryRow:
    id: int | None
    category: str = column("Category", unit=TEXT)
    published: int = column(
        "In the category", "Of the posts published in the period.", link=OF_CATEGORY
    )
    share: float = columns.share("all that was published")


@dataclass(frozen=True, slots=True)
class AgeRow:
    age: str = column("Published", unit=TEXT)
    first: date
    last: date
    posts: int = column("Posts", "As old as their publication, today.", link=OF_AGE)
    share: float = columns.share("all that is published")


def published_rows(question: Question) -> RowOf[PublishedRow]:
    """By category, which another table needs too: of all of them together."""
    published = daily(PUBLISHED, question, "category")
    return lambda days: PublishedRow(days, published.over(days))


def top_rows(question: Question) -> list[TopRow]:
    """Of the most commented of each day; of equals the later one."""
    comments = best(MOST_COMMENTED, question, "post", TOP)
    published = Post.objects.using(question.using).published().filter(pk__in=list(comments))
    names = ("id", "title", "author_id", "name", "published_at")
    rows = published.annotate(name=F("author__name")).values_list(*names)
    found = {row[0]: TopRow(*row, comments[row[0]]) for row in rows}
    return [found[pk] for pk in comments if pk in found]


def category_rows(question: Question) -> list[CategoryRow]:
    """The most used first."""
    of = daily(PUBLISHED, question, "category").by_key(question.period)
    ids = [int(key) for key in of if key]
    categories = Category.objects.using(question.using).filter(pk__in=ids)
    names = dict(categories.values_list("pk", "name"))
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
    return [AgeRow(*one) for one in by_age(AGES, oldest, PUBLISHED, question)]


MOST_TALKED_ABOUT = Table(
    "Most commented",
    TopRow,
    top_rows,
    Bars("title", "comments"),
    name="top",
    note=f"the first {TOP} of those published in the period",
    empty="No post of this period has a comment.",
)
BY_AGE = Table(
    "How old what is published is",
    AgeRow,
    age_rows,
    Bars("age", "posts"),
    name="ages",
    note="all that is published, whatever the period",
    empty="Nothing is published.",
)
register(
    Report(
        slug="content",
        title="Content",
        summary="What was published, what is talked about, in which categories, and how it ages.",
        group=PUBLISHING,
        in_sidebar=True,
        place=3,
        tables=[
            Series("Published posts", PublishedRow, published_rows, Lines(["published"])),
            MOST_TALKED_ABOUT,
            Table(
                "Categories",
                CategoryRow,
                category_rows,
                Bars("category", "published"),
                name="categories",
            ),
            BY_AGE,
        ],
    )
)
