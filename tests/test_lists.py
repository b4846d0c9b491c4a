"""Every list there is, as it is registered: each page, order and filter, and each autocomplete.

Reads the SQL: nothing is skipped by OFFSET, nothing counted without a cap, no long text and no
password read for a row.
"""

import datetime
import re
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.backoffice import counts, keyset
from apps.backoffice.admin import ModelAdmin
from apps.operations.models import Schedule
from apps.posts.models import Post
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
    olive,
)

pytestmark = pytest.mark.django_db

ROWS = 25
SITE = admin.site
LISTS = [one for one in SITE._registry.values() if isinstance(one, ModelAdmin)]
LONG = ("content", "bio", "picture", "password")


@pytest.fixture
def client(client, monkeypatch):
    """Rows for three pages of every list; pages and walks short."""
    counts.forget()
    monkeypatch.setattr(keyset, "WALK_ROWS", 12)
    for one in LISTS:
        monkeypatch.setattr(one, "list_per_page", 10)
    now = timezone.now()
    users = UserFactory.create_batch(ROWS, deleted_at=None)
    UserFactory.create_batch(12, deleted_at=now)
    categories, tags = CategoryFactory.create_batch(ROWS), TagFactory.create_batch(ROWS)
    posts = PostFactory.create_batch(ROWS, author=users[0], category=categories[0])
    posts += PostFactory.create_batch(12, author=users[1], trashed=True)
    for post in posts:
        post.tags.add(tags[0])
    CommentFactory.create_batch(ROWS, post=posts[0], author=users[0])
    CommentFactory.create_batch(12, post=posts[1], trashed=True)
    Group.objects.bulk_create(Group(name=f"Group {number:02}") for number in range(ROWS))
    every = datetime.timedelta(hours=1)
    Schedule.objects.bulk_create(Schedule(name=f"job {n:02}", every=every) for n in range(ROWS))
    client.force_login(olive())
    return client


def queries_of(client, address: str):
    counts.forget()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    # The session brings its user along, hash of the password included.
    return response, [q["sql"] for q in captured if "users_session" not in q["sql"]]


def check(sql: str, where: str) -> None:
    assert not re.search(r"\bOFFSET\b", sql), (where, sql)
    if re.search(r"\bCOUNT\(", sql, re.IGNORECASE):
        assert re.search(r"LIMIT \d+\)", sql) or "FROM matches" in sql, (where, sql)
    selected = sql.split(" FROM ", maxsplit=1)[0]
    for column in LONG:
        assert f'"{column}"' not in selected, (where, sql)


def addresses(one: ModelAdmin):
    """Every order with the filters it is declared for, every choice, searches, odd combinations."""
    pk = one.model._default_manager.values_list("pk", flat=True)[0]
    yield {}
    for key, orders in one.orders_by_filters.items():
        filters = {}
        for name in key:
            plain, _, value = name.partition("=")
            filters[plain] = value or (1 if plain == "trash" else chosen(one, plain))
        for order in orders:
            yield {**filters, "o": order}
            yield {**filters, "o": order, "at": "end"}
    for filter_ in one.filters:
        for name in filter_.parameters:
            yield {name: "2026-01-05" if filter_.kind == "range" else chosen(one, filter_.name)}
    yield {filter_.name: chosen(one, filter_.name) for filter_ in one.filters}
    yield {"jump": "2026-01-05"}
    if one.search:
        for query in ("a", "post", "person 1", "nothing", f"id:{pk}", "a@b", "email:a"):
            yield {"q": query}


def chosen(one: ModelAdmin, name: str) -> str:
    filter_ = next(filter_ for filter_ in one.filters if filter_.name == name)
    if filter_.kind == "related":
        related = one.opts.get_field(name).related_model
        return related._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    labels = getattr(filter_, "labels", {})
    return next(iter(labels), "1")


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.opts.label_lower)
def test_no_list_skips_rows_counts_without_a_cap_or_reads_long_texts(client, one):
    base = reverse(f"admin:{one.opts.app_label}_{one.opts.model_name}_changelist")
    paged = False
    for params in addresses(one):
        address = f"{base}?{urlencode(params)}"
        for _ in range(3):
            response, sqls = queries_of(client, address)
            for sql in sqls:
                check(sql, address)
            assert len(sqls) <= 10
            onwards = response.context["cl"].pages["next"]
            if not onwards:
                break
            paged, address = True, base + onwards
        back = response.context["cl"].pages["previous"]
        if back:
            for sql in queries_of(client, base + back)[1]:
                check(sql, back)
    assert paged


def fields_with_autocomplete():
    for one in LISTS:
        names = {filter_.name for filter_ in one.filters if filter_.kind == "related"}
        names |= set(one.get_autocomplete_fields(None))
        for name in sorted(names):
            yield pytest.param(one.opts, name, id=f"{one.opts.label_lower}.{name}")


@pytest.mark.parametrize(("opts", "name"), list(fields_with_autocomplete()))
def test_no_autocomplete_skips_rows_or_counts(client, opts, name):
    source = {"app_label": opts.app_label, "model_name": opts.model_name, "field_name": name}
    for term in ("p", "person", "nothing", "", "a@b"):
        address = f"{reverse('admin:autocomplete')}?{urlencode({**source, 'term': term})}"
        for sql in queries_of(client, address)[1]:
            check(sql, address)
            assert "COUNT(" not in sql or "FROM matches" in sql


def test_every_list_is_one_of_ours():
    """A model registered with Django's own ModelAdmin would bring its OFFSET along."""
    assert len(LISTS) == len(SITE._registry)


def test_who_changes_something_sees_it_counted_at_once(client):
    """Counts are kept for a minute, so that going through pages counts once."""
    posts = reverse("admin:posts_post_changelist")
    live = Post.objects.live()

    def counted() -> str:
        return client.get(posts).context["cl"].count_text

    before = live.count()
    assert counted() == f"{before} posts"
    chosen = list(live.values_list("pk", flat=True)[:2])
    client.post(posts, {"action": "move_to_trash", "_selected_action": chosen})
    assert counted() == f"{before - 2} posts"
    client.post(reverse("admin:posts_post_restore", args=[chosen[0]]))
    assert counted() == f"{before - 1} posts"
    client.post(reverse("admin:posts_post_delete", args=[chosen[0]]), {"post": "yes"})
    assert counted() == f"{before - 2} posts"
    added = {"title": "Ferry", "content": "", "kind": "post", "author": live[0].author_id}
    client.post(reverse("admin:posts_post_add"), added)
    assert live.count() == before - 1
    assert counted() == f"{before - 1} posts"
