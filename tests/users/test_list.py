import datetime
import re

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.users.models import User
from tests.factories import UserFactory, ed, mallory, maud, olive, otto, rory, wren
from tests.sizes import LIST_ROWS

pytestmark = pytest.mark.django_db
USERS = "/admin/users/user/"


@pytest.fixture
def admin(client):
    client.force_login(olive())
    return client


def shown(client, **params) -> list[str]:
    """The names in the list, in its order."""
    response = client.get(USERS, params)
    assert response.status_code == 200
    page = response.content.decode()
    return re.findall(r'<th class="field-name"[^>]*><a href="[^"]*">([^<]*)</a>', page)


class TestWhatItShows:
    def test_a_row_names_all_that_staff_ask_for(self, admin):
        known = {"region": "north", "points": 1234, "email_verified": True}
        UserFactory(name="Nora <b>", email="nora@example.com", **known)
        page = admin.get(USERS, {"q": "nora"}).content.decode()
        for part in (
            "Nora &lt;b&gt;",
            "nora@example.com",
            "north",
            "1,234",
            "Active",
            ">Verified<",
        ):
            assert part in page

    @pytest.mark.parametrize(
        ("fields", "badge"),
        [
            ({}, "Active"),
            ({"is_staff": True}, "Staff"),
            ({"is_active": False, "is_staff": True}, "Inactive"),
            ({"suspended_until": timezone.now() + datetime.timedelta(days=1)}, "Suspended"),
            ({"suspended_until": timezone.now() - datetime.timedelta(days=1)}, "Active"),
        ],
    )
    def test_the_badge_says_how_an_account_stands(self, admin, fields, badge):
        UserFactory(name="Nora", **fields)
        page = admin.get(USERS, {"q": "nora"}).content.decode()
        assert re.search(r'class="badge \w+">(\w+)<', page)[1] == badge

    def test_an_empty_list_says_so(self, admin):
        assert shown(admin, q="nobody of that name") == []


class TestFilters:
    @pytest.fixture(autouse=True)
    def people(self):
        UserFactory(name="North", region="north", email_verified=True)
        UserFactory(name="South", region="south", is_active=False)
        wren()
        UserFactory(name="Gone", region="north", deleted_at=timezone.now())

    # In lists: each process would name a test after a set in another order.
    @pytest.mark.parametrize(
        ("params", "names"),
        [
            ({"region": "north"}, ["North"]),
            ({"region": "nowhere"}, []),
            ({"email_verified": "yes"}, ["North"]),
            ({"email_verified": "no"}, ["Olive", "South", "Wren"]),
            ({"is_active": "no"}, ["South"]),
            ({"is_staff": "yes"}, ["Olive", "Wren"]),
            ({"is_staff": "no", "region": "north"}, ["North"]),
            ({"trash": "1"}, ["Gone"]),
            ({"q": "nor"}, ["North"]),
            ({"q": "NORTH"}, ["North"]),
            ({"q": "orth"}, []),
            ({"q": "wren@example.com"}, ["Wren"]),
            ({"q": "wren@"}, ["Wren"]),
        ],
        ids=str,
    )
    def test_each_finds_its_own(self, admin, params, names):
        assert sorted(shown(admin, **params)) == names

    def test_members_of_a_role_are_found(self, admin):
        assert shown(admin, groups=Group.objects.get(name="Writer").pk) == ["Wren"]

    def test_one_is_found_by_number(self, admin):
        assert shown(admin, q=f"id:{User.objects.get(name='South').pk}") == ["South"]

    def test_the_regions_offered_are_those_of_live_users(self, admin):
        page = admin.get(USERS).content.decode()
        assert "?region=north" in page
        assert "?region=south" in page

    def test_only_who_may_delete_sees_the_trash(self, client):
        client.force_login(rory())
        assert "Gone" not in shown(client, trash="1")


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("created_at", ["B", "a", "C"]),
        ("-created_at", ["C", "a", "B"]),
        ("name", ["a", "B", "C"]),
        ("-name", ["C", "B", "a"]),
        ("points", ["a", "B", "C"]),
        ("-points", ["C", "B", "a"]),
        ("password", ["C", "a", "B"]),
    ],
)
def test_each_order_offered_is_kept_and_no_other(admin, order, names):
    for name, points in [("B", 2), ("a", 1), ("C", 3)]:
        UserFactory(name=name, points=points)
    found = shown(admin, o=order)
    assert [name for name in found if name != "Olive"] == names


HOSTILE = [
    "?after=garbage",
    "?o=password",
    "?password__startswith=md5",
    "?groups__permissions__codename=add_user",
    "?groups=\x00",
    "?groups=99999999999999999999999999",
    "?groups=x",
    "?region=%00",
    "?region=" + "x" * 10_000,
    "?region=%ED%A0%80",
    "?q=%00",
    "?q=" + "x" * 10_000,
    "?q=id:99999999999999999999",
    "?q=@",
    "?q=%25",
    "?q=%F4%8F%BF%BF",
    "?is_active=maybe",
    "?is_staff=1&is_staff=2",
    "?created_at_from=2026-02-30&created_at_to=x",
    "?created_at_from=0001-01-01&created_at_to=9999-12-31",
    "?trash=1&region=north&q=x",
    "?p=-1",
    "?e=1",
    "?_popup=1",
    "?_to_field=password",
    "?before=" + "A" * 5000,
]


@pytest.mark.parametrize("address", HOSTILE, ids=lambda address: address[:40])
def test_a_hand_made_address_gives_the_list_or_a_400(admin, address):
    response = admin.get(USERS + address)
    assert response.status_code in (200, 400)
    assert b"md5$" not in response.content


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"action": "no-such", "_selected_action": "1"},
        {"action": "deactivate"},
        {"action": "deactivate", "_selected_action": ["x", "\x00", "-1", "9" * 30]},
        {"action": "delete_selected", "_selected_action": "1", "post": "yes"},
        {"action": "suspend", "_selected_action": "999999999"},
        {"action": "restore", "_selected_action": "1"},
    ],
    ids=str,
)
def test_a_hand_made_action_changes_nothing(admin, data):
    user = UserFactory()
    assert admin.post(USERS, data).status_code in (200, 302)
    assert User.objects.get(pk=user.pk).version == 1


ACTIONS = {
    "activate": ("admin", {"is_active": False}, lambda user: user.is_active),
    "deactivate": ("admin", {}, lambda user: not user.is_active),
    "suspend": ("admin moderator", {}, lambda user: user.is_suspended),
    "unsuspend": (
        "admin moderator",
        {"suspended_until": timezone.now() + datetime.timedelta(days=1)},
        lambda user: not user.is_suspended,
    ),
    "move_to_trash": ("admin", {}, lambda user: user.deleted_at is not None),
    "restore": ("admin", {"deleted_at": timezone.now()}, lambda user: user.deleted_at is None),
}
ROLES = {
    "admin": olive,
    "editor": ed,
    "writer": wren,
    "moderator": maud,
    "analyst": rory,
    "operator": otto,
    "mallory": mallory,
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_run_which_action(client, role, action):
    may, before, is_done = ACTIONS[action]
    user = UserFactory(**before)
    client.force_login(ROLES[role]())
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    data = {
        "action": action,
        "_selected_action": user.pk,
        "_suspend": "1",
        "until": f"{tomorrow:%Y-%m-%dT%H:%M}",
        "reason": "Spam",
    }
    address = USERS + ("?trash=1" if action == "restore" else "")
    assert client.post(address, data).status_code in (302, 403)
    user.refresh_from_db()
    assert is_done(user) == (role in may.split())


def test_an_action_reports_its_count_and_what_it_left(admin):
    users = [UserFactory(), UserFactory(is_superuser=True)]
    data = {"action": "deactivate", "_selected_action": [user.pk for user in users]}
    page = admin.post(USERS, data, follow=True).content.decode()
    assert "1 user was switched off. 1 left as they were" in page


def test_the_last_administrator_is_named_as_the_reason(client):
    everything = Group.objects.create(name="Directors")
    everything.permissions.set(Group.objects.get(name="Admin").permissions.all())
    director, chief = mallory(), olive()
    director.groups.add(everything)
    client.force_login(director)
    data = {"action": "move_to_trash", "_selected_action": chief.pk}
    assert "last administrator" in client.post(USERS, data, follow=True).content.decode()
    assert User.objects.get(pk=chief.pk).deleted_at is None


def test_suspending_several_asks_first_and_carries_the_selection(client):
    client.force_login(maud())
    users = UserFactory.create_batch(2)
    keys = [user.pk for user in users]
    page = client.post(USERS, {"action": "suspend", "_selected_action": keys}).content.decode()
    for user in users:
        assert f'name="_selected_action" value="{user.pk}"' in page
        assert user.email in page
    assert not any(user.is_suspended for user in User.objects.all())


@pytest.mark.parametrize(
    "params", [{}, {"region": "north"}, {"groups": "1"}, {"q": "per"}], ids=str
)
def test_the_list_takes_as_many_queries_for_a_thousand_rows_as_for_ten(admin, params):
    """Session with user and rights, groups of the filter, page, two counts: more if filtered."""
    counts = []
    for size in (10, LIST_ROWS):
        missing = size - User.objects.count()
        User.objects.bulk_create(UserFactory.build(region="north") for _ in range(missing))
        role = Group.objects.get(name="Writer")
        if "groups" in params:
            params = {"groups": role.pk}
            for user in User.objects.order_by("pk")[1:6]:
                user.groups.add(role)
        admin.get(USERS, params)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert shown(admin, **params)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_names_are_offered_alike_with_and_without_a_condition():
    for name in ("Mara Vos", "marc Lind", "Márta Toth", "MARIO", "Ma%", "Nora"):
        UserFactory(name=name)
    UserFactory(name="Mark Gone", deleted_at=timezone.now())
    users = site.get_model_admin(User)

    for term in (
        "mar",
        " MAR ",
        "Ma%",
        "m",
        "marc lind",
        "már",
        "zz",
        "a\x00b",
        "",
        "mar@",
        "email:m",
    ):
        everybody = users.complete(User.objects.all(), term, 21)
        assert everybody == users.complete(User.objects.filter(pk__gt=0), term, 21), term
        assert everybody[:2] == users.complete(User.objects.all(), term, 2)
    assert [str(one) for one in users.complete(User.objects.all(), "mar", 21)] == [
        "Mara Vos", "marc Lind", "MARIO",
    ]  # fmt: skip
