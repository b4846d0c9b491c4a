"""Who writes most, over all time, and his place in his region.

One total per person is kept, in the order of an index: the page reads as many as it shows. Whoever
is among the first of all has before him in his region only people who are there too, so places
counted in these rows are those of the whole region.
"""

from dataclasses import dataclass

from django import forms

from apps.reports.charts import Bars
from apps.reports.filters import RegionFilters
from apps.reports.links import ListLink, ObjectLink
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Report, Table, column, register
from apps.reports.sql import rows_of
from apps.reports.units import TEXT

LIMIT, MOST = 100, 1_000
PLACE = "1 is who has most posts; of equals, whose account is older."
PUBLISHED = ListLink("posts.post", params={"status": "published"}, fields={"author": "id"})


class TopFilters(RegionFilters):
    min_posts = forms.IntegerField(
        required=False, label="At least so many posts", min_value=1, max_value=2**31 - 1
    )
    limit = forms.IntegerField(required=False, label="People", min_value=1, max_value=MOST)


@dataclass(frozen=True, slots=True)
class TopRow:
    name: str = column("Name", unit=TEXT, link=ObjectLink("users.user", "id"))
    region: str = column("Region", unit=TEXT)
    rank: int = column("Place in region", PLACE)
    posts: int = column(
        "Posts", "Published, and not archived since.", better=HIGHER, link=PUBLISHED
    )
    comments: int = column("Comments received", "Approved comments on these posts.", better=HIGHER)
    points: int = column("Points", "As they stand now.")
    id: int = column("Id", "The account’s number.")


def rows(question: Question) -> list[TopRow]:
    params = {"region": None, "min_posts": 1, "limit": LIMIT, **question.filters}
    return rows_of(TopRow, "top_authors", params, question.using)


AUTHORS = Table(
    "Top authors by region",
    TopRow,
    rows,
    Bars("name", "posts"),
    note="as the totals of the last minutes have it",
    empty="Nobody has published so many posts.",
)
register(
    Report(
        slug="top-authors",
        title="Top authors",
        summary="Who has published most, over all time, and everybody’s place in his region.",
        group=PEOPLE,
        place=1,
        filters=TopFilters,
        takes_dates=False,
        tables=[AUTHORS],
    )
)
