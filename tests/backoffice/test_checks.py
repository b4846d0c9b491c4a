"""What the checks say of a list's declaration; the lists of the product are checked by `check`."""

import pytest
from django.contrib import admin
from django.db.models.functions import Lower

from apps.backoffice.admin import ModelAdmin
from apps.backoffice.filters import ChoiceFilter, RelatedFilter
from apps.backoffice.keyset import Order
from apps.backoffice.rows import Column
from apps.database.expressions import Bytewise
from apps.posts.models import Post
from apps.users.models import User


def problems(orders, columns=(), model=Post) -> list[str]:
    filters = [
        ChoiceFilter("status", Post.Status),
        RelatedFilter("author"),
        ChoiceFilter("kind", Post.Kind),
    ]
    declared = {"orders": orders, "columns": columns, "filters": filters}
    list_admin = type("SomeAdmin", (ModelAdmin,), declared)(model, admin.site)
    return [message.id for message in list_admin.check() if message.id.startswith("backoffice")]


@pytest.mark.parametrize(
    "orders",
    [
        {"": ["-created_at", "created_at", "title", "-pk", "id"]},
        {
            "status": ["-created_at"],
            "author+status": ["-created_at"],
            "status+author": ["created_at"],
        },
        {"status=published": ["-published_at"], "kind=page": ["-created_at"]},
        {"trash": ["-deleted_at"]},
        {"author": [Order("-updated_at", index="named_by_hand")]},
    ],
)
def test_an_order_with_its_index_passes(orders):
    assert problems({"": ["-pk"], **orders}) == []


@pytest.mark.parametrize(
    "orders",
    [
        {"": ["-updated_at"]},
        {"": ["-deleted_at"]},
        {"author": ["title"]},
        {"status": ["-published_at"]},
        {"status=draft": ["-published_at"]},
        {"kind": ["-created_at"]},
        {"trash": ["-created_at"]},
        {"": [Order("title", Bytewise(Lower("title")))]},
    ],
)
def test_an_order_without_its_index_is_an_error(orders):
    assert problems({"": ["-pk"], **orders}) == ["backoffice.E001"]


def test_an_order_by_an_expression_needs_the_same_expression():
    orders = {"": [Order("name", Bytewise(Lower("name")))]}
    assert problems(orders, model=User) == []


def test_a_column_that_reads_what_is_not_there_is_an_error():
    assert problems({"": ["-pk"]}, [Column("title", fields=["author__shoe_size"])]) == [
        "backoffice.E002"
    ]


def test_orders_may_name_only_filters_of_the_list():
    assert problems({"": ["-pk"], "colour": ["-created_at"]}) == ["backoffice.E003"]
