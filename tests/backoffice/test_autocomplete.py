import json
import re

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models.functions import Lower
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.backoffice.admin import ModelAdmin
from apps.backoffice.autocomplete import AutocompleteView
from apps.backoffice.keyset import Order
from apps.backoffice.search import PrefixSearch
from apps.database.expressions import Bytewise
from apps.users.models import User
from tests.factories import UserFactory, mallory, olive


class UserList(ModelAdmin):
    search = PrefixSearch(Order("name", Bytewise(Lower("name"))), Order("email", Bytewise("email")))


@pytest.fixture
def ask(db):
    site = admin.AdminSite()
    site.register(User, UserList)

    def asked(user, term: str):
        asked_for = {"app_label": "posts", "model_name": "post", "field_name": "author"}
        request = RequestFactory().get("/", {"term": term, **asked_for})
        request.user = user
        return AutocompleteView.as_view(admin_site=site)(request)

    return asked


def test_twenty_are_offered_in_the_order_of_names(ask):
    for number in range(30):
        UserFactory(name=f"Berg {number:02}")
    UserFactory(name="Anna Berg")
    with CaptureQueriesContext(connection) as captured:
        answer = ask(olive(), "berg")
    names = [result["text"] for result in json.loads(answer.content)["results"]]
    assert names == [f"Berg {number:02}" for number in range(20)]
    assert b'"more": true' in answer.content
    assert not re.search("OFFSET|COUNT", " ".join(query["sql"] for query in captured))


def test_the_trash_is_not_offered(ask):
    UserFactory(name="Berg", deleted_at="2026-01-01T00:00Z")
    assert b'"results": []' in ask(olive(), "berg").content


@pytest.mark.parametrize("term", ["", " ", "\x00", "\ud800", "%", "x" * 10_000, "'", "@", "email:"])
def test_any_term_gets_an_answer(ask, term):
    assert ask(olive(), term.encode("utf-8", "replace").decode()).status_code == 200


def test_who_may_not_see_users_is_refused(ask):
    with pytest.raises(PermissionDenied):
        ask(mallory(), "berg")
