"""Who writes most, over all time, and his place in his region.

One total per person is kept, in the order of an index: the page reads as many as it shows. Whoever
is among the first of all has before him in his region only people who are there too, so places
counted in these rows are those of the whole region.
"""

from dataclasses import dataclass

from django import forms

from apps.reports.charts import Bars
from apps.reports.links import ListLink, ObjectLink
from apps.reports.question import Question
from apps.reports.report import HIGHER, PEOPLE, Column, Report, Table, register
from apps.reports.sql import rows_of
from apps.reports.units import TEXT
from apps.users.admin.columns import known_regions

LIMIT, MOST = 100, 1_000
TOP = """
    WITH best AS (
        SELECT total.author, person.name, total.region, total.posts, total.comments, person.points
        FROM reports_authortotal total
        JOIN users person ON person.id = total.author
        WHERE person.deleted_at IS NULL
          AND total.posts >= %(min_posts)s
          AND (CAST(%(region)s AS varchar(20)) IS NULL OR total.region = %(region)s)
        ORDER BY total.posts DESC, total.author
        LIMIT %(limit)s
    )
    SELECT author, name, region, posts, comments, points,
        ROW_NUMBER() OVER (PARTITION BY region ORDER BY posts DESC, author)
    FROM best
    ORDER BY posts DESC, author
"""


class TopFilters(forms.Form):
    region = forms.ChoiceField(
        required=False,
        label="Region",
        choices=lambda: [("", "All"), *((region, region) for region in known_regions())],
    )
    min_posts = forms.IntegerField(
        required=False, label="At least so many posts", min_value=1, max_value=2**31 - 1
    )
    limit = forms.IntegerField(required=False, label="People", min_value=1, max_value=MOST)


@dataclass(frozen=True, slots=True)
class TopRow:
    id: int
    name: str
    region: str
    posts: int
    comments: int
    points: int
    rank: int


def rows(question: Question) -> list[TopRow]:
    params = {"region": None, "min_posts": 1, "limit": LIMIT, **question.filters}
    return rows_of(TopRow, TOP, params, question.using)


PUBLISHED = ListLink("posts.post", params={"status": "published"}, fields={"author": "id"})

register(
    Report(
        slug="top-authors",
        title="Top authors",
        summary="Who has published most, over all time, and everybody’s place in his region.",
        group=PEOPLE,
        filters=TopFilters,
        takes_dates=False,
        tables=[
            Table(
                title="Top authors by region",
                note="as the totals of the last minutes have it",
                row=TopRow,
                rows=rows,
                chart=Bars("name", "posts"),
                empty="Nobody has published so many posts.",
                columns=[
                    Column("name", "Name", unit=TEXT, link=ObjectLink("users.user", "id")),
                    Column("region", "Region", unit=TEXT),
                    Column(
                        "rank",
                        "Place in region",
                        "1 is who has most posts; of equals, whose account is older.",
                        adds_up=False,
                    ),
                    Column(
                        "posts",
                        "Posts",
                        "Published, and not archived since.",
                        better=HIGHER,
                        link=PUBLISHED,
                    ),
                    Column(
                        "comments",
                        "Comments received",
                        "Approved comments on these posts.",
                        better=HIGHER,
                    ),
                    Column("points", "Points", "As they stand now."),
                    Column("id", "Id", "The account’s number.", adds_up=False),
                ],
            )
        ],
    )
)
