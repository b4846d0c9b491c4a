"""What a search makes PostgreSQL read: as much for a common word as for a rare or missing one.

Rows touched are counted from the plans as executed, so the proof does not depend on a clock.
"""

import itertools
import json
from contextlib import contextmanager

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory

from apps.backoffice import counts
from apps.backoffice.changelist import ChangeList
from apps.posts.models import Post
from apps.users.models import User
from tests.backoffice.test_changelist import PostList
from tests.factories import olive
from tests.sizes import size

POSTS = size(20_000, 1_000_000)
TOUCHED = 40_000
"""Rows that all statements of a page may touch together; two scans of a walk of 2,000 matches,
eightfold levels, and the page's own joins."""
WORDS = {"missing": "nowhere", "rare": "kittiwake", "3 %": "coracle", "50 %": "tide"}


@pytest.fixture
def posts(postgres):
    """Two years of posts; words planted in the same number or the same share of them."""
    counts.forget()
    heavy, light = olive(), User.objects.create_user("light@example.com", "Light")
    with connection.cursor() as cursor:
        # A million rows and their documents take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            """
            INSERT INTO posts (title, slug, author_id, status, content, created_at, published_at)
            SELECT 'Post ' || n, 'post-' || n,
                CASE WHEN n %% 500 = 0 THEN %(light)s ELSE %(heavy)s END,
                CASE WHEN n %% 50 = 0 THEN 'archived' ELSE 'published' END,
                concat_ws(' ', 'harbour news of the town',
                    CASE WHEN n %% (%(posts)s / 50) = 1 THEN 'kittiwake' END,
                    CASE WHEN n %% 33 = 0 THEN 'coracle' END,
                    CASE WHEN n %% 2 = 0 THEN 'tide' END),
                timestamptz '2024-11-01 12:00Z' + n * (interval '730 days' / %(posts)s), now()
            FROM generate_series(1, %(posts)s) AS n
            """,
            {"posts": POSTS, "heavy": heavy.pk, "light": light.pk},
        )
        cursor.execute("ANALYZE posts, posts_search, users")
        cursor.execute("RESET statement_timeout")
    return {"heavy": heavy.pk, "light": light.pk}


@contextmanager
def plans(into: list[dict]):
    """The plan of every SELECT run inside, as executed."""

    def explain(execute, sql, params, many, context):
        if sql.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in sql:
            execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, many, context)
            found = context["cursor"].fetchone()[0]
            into.append((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


def nodes(plan: dict):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def touched(plan: dict) -> int:
    """Rows that the scans of a plan gave or threw away."""
    scans = [node for node in nodes(plan) if "Scan" in node["Node Type"]]
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in scans
    )


def search(address: str, user) -> tuple[ChangeList, list[dict]]:
    request = RequestFactory().get(f"/?{address}")
    request.user = user
    site = admin.AdminSite()
    found: list[dict] = []
    with plans(found):
        page = ChangeList(request, PostList(Post, site))
    return page, found


QUERIES = [*WORDS.values(), "tide+coracle", "tide+kittiwake", '"old+nest"']
NARROWED = ["", "&author={heavy}", "&author={light}", "&status=archived"]


def test_a_search_touches_a_bounded_number_of_rows(posts):
    viewer = User.objects.get(pk=posts["heavy"])
    for query, narrowed in itertools.product(QUERIES, NARROWED):
        address = f"q={query}{narrowed.format(**posts)}"
        page, found = search(address, viewer)
        assert found
        scanned = {
            n["Relation Name"] for plan in found for n in nodes(plan) if "Seq" in n["Node Type"]
        }
        assert scanned <= {"users"}, address
        assert sum(touched(plan) for plan in found) <= TOUCHED, address
        if query == "nowhere":
            assert not page.page.rows
        elif query in ("tide", "kittiwake") and not narrowed:
            assert len(page.page.rows) == PostList.list_per_page
