"""The list engine over real tables: pages, orders, filters, counts, bad addresses."""

import datetime
import re

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.backoffice import counts, keyset, matches
from apps.backoffice.admin import ModelAdmin
from apps.backoffice.changelist import ChangeList
from apps.backoffice.filters import (
    ChoiceFilter,
    ConditionFilter,
    DateRangeFilter,
    RelatedFilter,
)
from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column, badge, number, when
from apps.backoffice.search import PrefixSearch, TextSearch
from apps.database.expressions import Bytewise
from apps.posts.models import Post, PostSearch
from apps.users.models import User
from tests.factories import olive

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


class PostList(ModelAdmin):
    columns = [
        Column("title", link=True),
        Column("status", badge(Post.Status)),
        Column("author", fields=["author__name"]),
        Column("comment_count", number),
        Column("created_at", when),
    ]
    filters = [
        ChoiceFilter("status", Post.Status),
        RelatedFilter("author"),
        RelatedFilter("tags", "tag"),
        DateRangeFilter("created_at", "created"),
        ConditionFilter(
            "author_active",
            [("yes", "Yes"), ("no", "No")],
            lambda value: Q(
                Exists(User.objects.filter(pk=OuterRef("author_id"), is_active=value == "yes"))
            ),
        ),
    ]
    orders = {
        "": ["-created_at", "created_at", "title", "-title", "-comment_count"],
        "status": ["-created_at"],
        "status=published": ["-published_at"],
        "author": ["-created_at"],
        "author+status": ["-created_at"],
        "tags": [keyset.Order("-id", index="idx_posts_tags_tag_post")],
        "trash": ["-deleted_at"],
    }
    search = TextSearch(PostSearch, ["title", "content"], {"author": "~u", "category": "~k"})
    list_per_page = 10


class UserList(ModelAdmin):
    columns = [Column("name", link=True), Column("email")]
    orders = {"": ["-created_at"], "trash": ["-deleted_at"]}
    search = PrefixSearch(Order("name", Bytewise(Lower("name"))), Order("email", Bytewise("email")))
    list_per_page = 10


@pytest.fixture
def viewer(db):
    counts.forget()
    return olive()


def changelist(viewer, address: str = "", model=Post, cls=PostList) -> ChangeList:
    request = RequestFactory().get(f"/{address}")
    request.user = viewer
    site = admin.AdminSite()
    site.register(User, UserList)
    return ChangeList(request, cls(model, site))


def make_posts(author, count: int, **fields) -> list[Post]:
    """Posts an hour apart, the last one the newest; three in a row share a comment count."""
    return Post.objects.bulk_create(
        Post(
            **{
                "title": f"Post {n:04}",
                "slug": f"{fields.get('status', 'post')}-{author.pk}-{n}",
                "author": author,
                "created_at": START + datetime.timedelta(hours=n),
                "comment_count": n // 3,
            }
            | fields
        )
        for n in range(count)
    )


def titles(cl: ChangeList) -> list[str]:
    return [row[2] for row in cl.page.rows]


def follow(viewer, cl: ChangeList, way: str, **options) -> ChangeList:
    return changelist(viewer, cl.pages[way], **options)


@pytest.mark.parametrize(
    "order", ["-created_at", "created_at", "title", "-title", "-comment_count"]
)
def test_going_through_every_page_and_back_meets_every_row_once(viewer, order):
    make_posts(viewer, 35)
    expected = list(Post.objects.order_by(order, "-pk" if order[0] == "-" else "pk"))
    seen, cl = [], changelist(viewer, f"?o={order}")
    pages = [cl]
    while cl.pages["next"]:
        cl = follow(viewer, cl, "next")
        pages.append(cl)
    for page in pages:
        seen += titles(page)
    assert seen == [post.title for post in expected]
    assert len(pages) == 4
    for earlier in reversed(pages[:-1]):
        cl = follow(viewer, cl, "previous")
        assert titles(cl) == titles(earlier)
    assert cl.pages["previous"] is None


def test_the_last_page_is_full_and_leads_back(viewer):
    make_posts(viewer, 35)
    last = follow(viewer, changelist(viewer), "last")
    assert titles(last) == [f"Post {n:04}" for n in range(9, -1, -1)]
    assert last.pages["next"] is None
    assert titles(follow(viewer, last, "previous")) == [f"Post {n:04}" for n in range(19, 9, -1)]


def test_a_previous_page_shorter_than_a_page_is_the_first(viewer):
    make_posts(viewer, 25)
    cl = follow(viewer, follow(viewer, changelist(viewer), "last"), "previous")
    cl = follow(viewer, cl, "previous")
    assert titles(cl) == titles(changelist(viewer))
    assert cl.pages["previous"] is None


def test_jump_to_date_begins_with_that_day(viewer):
    make_posts(viewer, 100)
    cl = changelist(viewer, "?jump=2026-03-02")
    assert titles(cl)[0] == "Post 0035"
    assert titles(changelist(viewer, "?o=created_at&jump=2026-03-03"))[0] == "Post 0036"


def test_an_order_without_an_index_here_is_not_offered_and_says_so(viewer):
    make_posts(viewer, 3)
    cl = changelist(viewer, f"?author={viewer.pk}&o=title")
    assert cl.order.key == "-created_at"
    assert "cannot be sorted by “title” with these filters" in cl.notices[0]
    assert [header["link"] for header in cl.headers if header["name"] == "title"] == [None]


def test_an_order_of_one_value_of_a_filter(viewer):
    make_posts(viewer, 3, status="published", published_at=START)
    assert list(changelist(viewer, "?status=published").orders) == ["-published_at", "-created_at"]
    assert "-published_at" not in changelist(viewer, "?status=draft").orders


def test_what_all_rows_are_counted_by_has_an_index(viewer):
    make_posts(viewer, 1, status="published", published_at=START)
    with CaptureQueriesContext(connection) as captured:
        text = changelist(viewer, "?status=published&o=-published_at").count_text
    assert text == "1 match, of 1 post"
    totals = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert len(totals) == 1
    assert "published_at" not in totals[0]


def test_filters_combine_and_chips_remove_them(viewer):
    other = olive(email="second@example.com")
    make_posts(viewer, 5)
    make_posts(viewer, 5, status="archived")
    make_posts(other, 5, status="archived")
    cl = changelist(viewer, f"?author={viewer.pk}&status=archived")
    assert cl.served == ("author", "status")
    assert len(cl.page.rows) == 5
    chips = {chip["label"]: chip for chip in cl.chips}
    assert chips["Author"]["value"] == "Olive"
    assert chips["Status"]["remove"] == f"?author={viewer.pk}"
    assert cl.count_text == "5 match, of 15 posts"


def test_a_date_range_is_of_whole_days_in_the_sites_time_zone(viewer, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    make_posts(viewer, 100)
    cl = changelist(viewer, "?created_at_from=2026-03-03&created_at_to=2026-03-03&o=created_at")
    # The day begins at 11:00 UTC of the day before.
    assert titles(cl)[0] == "Post 0023"
    assert follow(viewer, cl, "last").page.rows[-1][2] == "Post 0046"


def test_posts_of_a_tag_come_newest_first(viewer):
    posts = make_posts(viewer, 15)
    tag = Post.tags.rel.model.objects.create(name="Ferry", slug="ferry")
    for post in posts[::2]:
        post.tags.add(tag)
    cl = changelist(viewer, f"?tags={tag.pk}")
    assert cl.order.key == "-id"
    assert titles(cl) == [post.title for post in reversed(posts[::2])]


def test_a_filter_without_an_index_walks_a_bounded_way(viewer, monkeypatch):
    monkeypatch.setattr(keyset, "WALK_ROWS", 30)
    idle = User.objects.create_user("idle@example.com", "Idle", is_active=False)
    make_posts(viewer, 100)
    rare = make_posts(idle, 3)
    cl = changelist(viewer, "?author_active=no")
    assert cl.page.stopped
    assert titles(cl) == []
    assert "None of the 30 posts from here to" in cl.notices[0]
    met, steps = [], 0
    while cl.pages["next"]:
        cl = follow(viewer, cl, "next")
        met += [row[0] for row in cl.page.rows]
        steps += 1
    assert sorted(met) == sorted(post.pk for post in rare)
    assert steps == 3


def test_the_trash_is_apart(viewer):
    posts = make_posts(viewer, 12)
    Post.objects.filter(pk__in=[post.pk for post in posts[:2]]).update(deleted_at=START)
    assert changelist(viewer).count_text == "10 posts"
    trash = changelist(viewer, "?trash=1&status=draft")
    assert titles(trash) == ["Post 0001", "Post 0000"]
    assert "shown without filters" in trash.notices[0]


def test_counts_are_exact_to_a_cap_and_kept_a_minute(viewer, monkeypatch):
    monkeypatch.setattr(counts, "EXACT", 20)
    monkeypatch.setattr(counts, "about", lambda queryset: None)
    monkeypatch.setattr(counts.capped, "__defaults__", (20,))
    make_posts(viewer, 21)
    assert changelist(viewer).count_text == "more than 20 posts"
    Post.objects.all().delete()
    assert changelist(viewer).count_text == "more than 20 posts"
    counts.forget()
    assert changelist(viewer).count_text == "0 posts"


def test_id_finds_one_row(viewer):
    post = make_posts(viewer, 3)[1]
    assert titles(changelist(viewer, f"?q=id:{post.pk}")) == [post.title]
    assert titles(changelist(viewer, "?q=id:999999999999999999")) == []


def test_people_are_found_by_the_beginning_of_name_or_address(viewer):
    for name in ("Anna Berg", "anna lind", "Annabel", "Bo Anna", "100%", "Ånna"):
        address = name.lower().replace(" ", ".").replace("%", "")
        User.objects.create_user(f"{address[::-1]}@example.com", name)
    found = changelist(viewer, "?q=ANNA", model=User, cls=UserList)
    assert [row[2] for row in found.page.rows] == ["Anna Berg", "anna lind", "Annabel"]
    by_address = changelist(viewer, "?q=greb.anna@", model=User, cls=UserList)
    assert [row[2] for row in by_address.page.rows] == ["Anna Berg"]
    assert changelist(viewer, "?q=10%", model=User, cls=UserList).page.rows == []


BAD = [
    "?after=garbage",
    "?before=W10",
    "?after=WzEsMV0",
    "?after=WyIyMDI2IiwxXQ&o=title",
    "?after=WyIyMDI2LTAxLTAxIiwgMV0",
    "?after=" + "A" * 900,
    "?o=password",
    "?o=author__password",
    "?author__password__startswith=argon2",
    "?status=nothing",
    "?status=%00",
    "?q=%00",
    "?q=%ED%A0%80",
    "?q=" + "x" * 10_000,
    "?q=%27%29%3B--",
    "?q=%22",
    "?q=-",
    "?q=or",
    "?q=!!!",
    "?author=99999999999999999999",
    "?author=-1",
    "?author=nobody",
    "?created_at_from=0000-00-00",
    "?created_at_from=9999-12-31",
    "?created_at_from=2026-03-05&created_at_to=2026-03-01",
    "?jump=9999-12-31",
    "?jump=tomorrow",
    "?at=start",
    "?p=-1",
    "?unknown=1",
    "?trash=perhaps&after=x",
]


@pytest.mark.parametrize("address", BAD)
def test_a_hand_made_address_gives_the_list(viewer, address):
    make_posts(viewer, 3)
    cl = changelist(viewer, address)
    assert "argon2$" not in cl.rows
    assert cl.count_text
    assert cl.chips is not None


def test_a_row_is_escaped(viewer):
    post = make_posts(viewer, 1, title="<b>“{0}” & %s</b>")[0]
    cl = changelist(viewer, "?q=id%3A" + str(post.pk))
    assert "&lt;b&gt;“{0}” &amp; %s&lt;/b&gt;" in cl.rows
    assert "<b>" not in cl.rows


def test_every_page_costs_the_same_queries_at_any_size(viewer):
    """Page with its joins, count, name of the author filtered by."""
    make_posts(viewer, 10)
    small = queries(viewer, f"?author={viewer.pk}")
    make_posts(viewer, 990, status="archived")
    assert queries(viewer, f"?author={viewer.pk}") == small == 4


def queries(viewer, address: str) -> int:
    counts.forget()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        cl = changelist(viewer, address)
        _ = cl.rows, cl.count_text, cl.chips
    return len(captured)


def test_no_list_reads_content_or_skips_rows_or_counts_without_a_cap(viewer, monkeypatch):
    monkeypatch.setattr(keyset, "WALK_ROWS", 10)
    make_posts(viewer, 40)
    first = changelist(viewer)
    addresses = [
        "",
        first.pages["next"],
        first.pages["last"],
        f"?author={viewer.pk}",
        "?status=draft&author_active=yes",
        "?q=post",
        "?o=title",
        "?trash=1",
        "?jump=2026-03-02",
    ]
    with CaptureQueriesContext(connection) as captured:
        for address in addresses:
            counts.forget()
            cl = changelist(viewer, address)
            _ = cl.rows, cl.count_text, cl.chips
    assert captured
    for query in captured:
        sql = query["sql"]
        assert not re.search(r"\bOFFSET\b", sql), sql
        assert "password" not in sql
        assert not re.search(r'SELECT[^(]*"content"', sql), sql
        if "COUNT(" in sql.upper():
            assert "LIMIT" in sql, sql


class TestFullText:
    """Search on PostgreSQL, over rows spread so that every level of buckets is met."""

    @pytest.fixture
    def posts(self, viewer, postgres):
        posts = make_posts(viewer, 400)
        for post in posts[::7]:
            post.title = f"ferry {post.title}"
        Post.objects.bulk_update(posts[::7], ["title"])
        Post.objects.filter(pk=posts[3].pk).update(content="a zyzzyva on the quay")
        return posts

    def words(self, viewer, query, **params):
        return changelist(viewer, "?q=" + query + "".join(f"&{k}={v}" for k, v in params.items()))

    def test_all_pages_hold_every_match_once_newest_first(self, viewer, posts):
        cl = self.words(viewer, "ferry")
        met = [row[0] for row in cl.page.rows]
        while cl.pages["next"]:
            cl = follow(viewer, cl, "next")
            met += [row[0] for row in cl.page.rows]
        assert met == [post.pk for post in reversed(posts[::7])]

    def test_back_from_the_last_page(self, viewer, posts):
        last = follow(viewer, self.words(viewer, "ferry"), "last")
        assert [row[0] for row in last.page.rows] == [p.pk for p in reversed(posts[::7][:10])]
        before = follow(viewer, last, "previous")
        assert [row[0] for row in before.page.rows] == [p.pk for p in reversed(posts[::7][10:20])]

    def test_a_rare_word_of_the_content_and_a_missing_one(self, viewer, posts):
        rare = self.words(viewer, "zyzzyva")
        assert [row[0] for row in rare.page.rows] == [posts[3].pk]
        assert rare.count_text.startswith("1 match")
        assert self.words(viewer, "nowhere").count_text.startswith("0 match")

    def test_the_last_word_may_be_begun_only(self, viewer, posts):
        cl = self.words(viewer, "fer")
        assert cl.prefix
        assert len(cl.page.rows) == 10
        assert len(follow(viewer, cl, "next").page.rows) == 10
        assert self.words(viewer, "fe").page.rows == []

    def test_with_filters(self, viewer, posts):
        other = olive(email="second@example.com")
        Post.objects.filter(pk__in=[post.pk for post in posts[:8]]).update(author=other)
        Post.objects.filter(pk=posts[0].pk).update(status="archived")
        assert len(self.words(viewer, "ferry", author=other.pk).page.rows) == 2
        archived = self.words(viewer, "ferry", author=other.pk, status="archived")
        assert [row[0] for row in archived.page.rows] == [posts[0].pk]
        day = self.words(viewer, "ferry", created_at_from="2026-03-01", created_at_to="2026-03-01")
        assert [row[0] for row in day.page.rows] == [posts[7].pk, posts[0].pk]

    def test_phrases_and_exclusion(self, viewer, posts):
        assert len(self.words(viewer, "%22on+the+quay%22").page.rows) == 1
        assert len(self.words(viewer, "%22the+on+quay%22").page.rows) == 0
        assert len(self.words(viewer, "zyzzyva+-quay").page.rows) == 0

    def test_trashed_posts_are_not_found(self, viewer, posts):
        Post.objects.filter(pk=posts[3].pk).update(deleted_at=START)
        assert self.words(viewer, "zyzzyva").page.rows == []

    def test_a_search_that_takes_too_long_says_so(self, viewer, posts, monkeypatch):
        monkeypatch.setattr(matches, "TIME_BUDGET_SECONDS", 0.05)
        monkeypatch.setattr(matches, "FIRST_LEVEL_ROWS", 0)
        select = matches.Matches._select

        def slow_beyond_the_newest(found, words, buckets, *rest):
            if not buckets or buckets[0][:2] != "~a":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(20)")
            return select(found, words, buckets, *rest)

        monkeypatch.setattr(matches.Matches, "_select", slow_beyond_the_newest)
        cl = self.words(viewer, "zyzzyva")
        assert "The search stopped after" in cl.notices[0]
        assert cl.pages["next"]
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("15s",)
