"""The top authors by region, against figures counted by hand."""

import pytest

from apps.reports.rollups.refresh import refresh
from tests import factories
from tests.factories import PostFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/top-authors/"


def written(name: str, region: str, *comments: int, **fields):
    """A person with a published post for each of these numbers of comments."""
    person = UserFactory(name=name, region=region, **fields)
    for number in comments:
        PostFactory(author=person, status="published", comment_count=number)
    return person


@pytest.fixture
def people():
    """North: Ann has 3 posts, Bo and Cy 2; South: Dee 3, Eve 1; nowhere: Flo 1. Gus has left."""
    made = {
        "Ann": written("Ann", "North", 1, 2, 3, points=70),
        "Bo": written("Bo", "North", 9, 0),
        "Cy": written("Cy", "North", 0, 0),
        "Dee": written("Dee", "South", 0, 0, 4),
        "Eve": written("Eve", "South", 5),
        "Flo": written("Flo", "", 0),
        "Gus": written("Gus", "South", 1, 1, 1, 1, 1, deleted_at=factories.EPOCH),
        "Hal": written("Hal", "South"),
    }
    PostFactory(author=made["Ann"], status="archived", comment_count=10)
    PostFactory(author=made["Eve"], status="draft")
    PostFactory(author=made["Eve"], status="published", trashed=True)
    for _ in refresh():
        pass
    return made


def figures(rows) -> list[tuple]:
    return [(row.name, row.region, row.posts, row.comments, row.points, row.rank) for row in rows]


def test_figures(people, ask, october):
    rows = ask("top-authors", october(1, 1))[""].rows
    assert figures(rows) == [
        ("Ann", "North", 3, 6, 70, 1),
        ("Dee", "South", 3, 4, 0, 1),
        ("Bo", "North", 2, 9, 0, 2),
        ("Cy", "North", 2, 0, 0, 3),
        ("Eve", "South", 1, 5, 0, 2),
        ("Flo", "", 1, 0, 0, 1),
    ]
    assert rows[0].id == people["Ann"].pk


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"region": "North"}, [("Ann", 1), ("Bo", 2), ("Cy", 3)]),
        ({"region": "South"}, [("Dee", 1), ("Eve", 2)]),
        ({"region": "West"}, []),
        ({"min_posts": 3}, [("Ann", 1), ("Dee", 1)]),
        ({"min_posts": 2, "region": "North"}, [("Ann", 1), ("Bo", 2), ("Cy", 3)]),
        # A place is the one in the whole region, however few are shown.
        ({"limit": 3}, [("Ann", 1), ("Dee", 1), ("Bo", 2)]),
        ({"limit": 1, "region": "South"}, [("Dee", 1)]),
    ],
    ids=str,
)
def test_filters(people, ask, october, filters, expected):
    rows = ask("top-authors", october(1, 1), **filters)[""].rows
    assert [(row.name, row.rank) for row in rows] == expected


def test_a_hundred_are_shown(ask, october):
    for person in UserFactory.create_batch(102):
        PostFactory(author=person, status="published")
    for _ in refresh():
        pass
    rows = ask("top-authors", october(1, 1))[""].rows
    assert [row.rank for row in rows] == list(range(1, 101))


def test_nobody_has_published(ask, october):
    assert ask("top-authors", october(1, 1))[""].rows == []


@pytest.fixture
def reader(client):
    client.force_login(factories.rory())
    return client


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"limit": "0"}, "People: "),
        ({"limit": "1001"}, "People: "),
        ({"limit": "1; DROP TABLE users"}, "People: "),
        ({"min_posts": "-1"}, "At least so many posts: "),
        ({"min_posts": "9999999999"}, "At least so many posts: "),
        ({"region": "' OR 1=1 --"}, "Region: "),
        ({"start": "2026-10-01"}, "There is no filter “start”."),
    ],
    ids=str,
)
def test_what_it_cannot_ask_for_is_refused(people, reader, params, said):
    page = reader.get(ADDRESS, params)
    assert page.status_code == 400
    assert said in page.content.decode()


def test_a_region_that_reads_like_sql_is_data(ask, october):
    odd = "O'Brien%s"
    written("Odd", odd, 1)
    for _ in refresh():
        pass
    assert [row.region for row in ask("top-authors", october(1, 1), region=odd)[""].rows] == [odd]


def test_the_page(people, reader):
    text = reader.get(ADDRESS, {"region": "North", "min_posts": "2", "limit": "2"}).content.decode()
    assert f'<a href="/admin/users/user/{people["Ann"].pk}/change/">Ann</a>' in text
    assert f"/admin/posts/post/?status=published&amp;author={people['Ann'].pk}" in text
    assert ">Bo</a>" in text
    assert ">Cy</a>" not in text
