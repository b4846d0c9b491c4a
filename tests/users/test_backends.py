import datetime

import pytest
from django.contrib.auth import authenticate, hashers
from django.utils import timezone

from apps.users.models import User
from tests.factories import PASSWORD, mallory, olive, wren

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"
TOMORROW = timezone.now() + datetime.timedelta(days=1)


def log_in(client, email: str, password: str = PASSWORD):
    return client.post(LOGIN, {"username": email, "password": password, "next": "/admin/"})


@pytest.mark.parametrize(
    "email", ["olive@example.com", "Olive@Example.COM", "  olive@example.com "]
)
def test_one_logs_in_by_e_mail_however_it_is_written(client, email):
    olive()
    assert log_in(client, email).status_code == 302
    assert client.get("/admin/").status_code == 200


REFUSED = {
    "inactive": ({"is_active": False}, "switched off"),
    "deleted": ({"deleted_at": TOMORROW}, "has been deleted"),
    "suspended": (
        {"suspended_until": TOMORROW, "suspension_reason": "Spam in comments"},
        "Spam in comments",
    ),
}


@pytest.mark.parametrize(("state", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_closed_account_is_told_why_after_a_right_password_only(client, state, sentence):
    olive(**state)
    told = log_in(client, "olive@example.com").content.decode()
    kept = log_in(client, "olive@example.com", "a wrong password").content.decode()
    assert sentence in told
    assert sentence not in kept
    assert client.get("/admin/").status_code == 302
    assert authenticate(username="olive@example.com", password=PASSWORD) is None


def test_a_suspension_ends_by_itself(client):
    olive(suspended_until=timezone.now() - datetime.timedelta(seconds=1))
    assert log_in(client, "olive@example.com").status_code == 302


def test_who_is_not_staff_cannot_log_in(client):
    wren(is_staff=False)
    page = log_in(client, "wren@example.com")
    assert page.status_code == 200
    assert "staff account" in page.content.decode()


def test_an_unknown_account_takes_as_many_hashes_as_a_known_one(monkeypatch):
    hashed = []
    plain = hashers.MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append(password)
        return plain(self, password, salt)

    mallory()
    counts = []
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    for email in ["mallory@example.com", "nobody@example.com"]:
        hashed.clear()
        assert authenticate(username=email, password="a wrong password") is None
        counts.append(len(hashed))
    assert counts == [1, 1]


@pytest.mark.parametrize("email", ["\x00", "a" * 10_000, "\ufffd", "", "' OR 1=1 --"])
def test_hostile_names_are_a_field_error(client, email):
    page = log_in(client, email.encode("utf-8", "surrogatepass").decode("latin-1"))
    assert page.status_code == 200
    assert User.objects.count() == 0


def test_rights_of_an_account_read_elsewhere_cost_one_statement(django_assert_num_queries):
    user = User.objects.get(pk=wren().pk)
    with django_assert_num_queries(1):
        assert user.has_perm("posts.change_own_post")
        assert not user.has_perm("posts.publish_post")
        assert not user.has_perm("posts.change_own_post", obj=user)
