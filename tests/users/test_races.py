"""What two people do at the same moment, on PostgreSQL with real threads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.users import actions
from apps.users.models import Profile, User
from tests.clients import StaffClient
from tests.factories import PASSWORD, UserFactory, olive
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def trashing(user: User, by: User):
    return lambda: actions.trash_users(User.objects.filter(pk=user.pk), by=by)


@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_who_delete_each_other_leave_one(postgres, attempt):
    first, second = olive(), olive(email="second@example.com")
    outcomes = at_once(trashing(first, by=second), trashing(second, by=first))
    assert sorted(map(str, outcomes)) == ["1", "This is the last administrator."]
    assert User.objects.administrators().count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_who_take_an_address_the_second_is_told(postgres, attempt):
    by, picture = olive(), b"GIF89a" + b"0" * 20
    data = {"name": "Nina", "email": "nina@example.com", "password1": PASSWORD}
    data |= {"password2": PASSWORD, "profile-TOTAL_FORMS": "1", "profile-INITIAL_FORMS": "0"}

    def add():
        client = StaffClient()
        client.force_login(by)
        file = SimpleUploadedFile("me.gif", picture)
        return client.post("/admin/users/user/add/", {**data, "profile-0-upload": file})

    answers = sorted(at_once(add, add), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 302]
    assert "has this e-mail address" in answers[0].content.decode()
    assert bytes(Profile.objects.get().picture) == picture


def test_each_of_two_edits_counts_as_a_version(postgres):
    by, user = olive(), UserFactory()
    outcomes = at_once(
        lambda: actions.change_user(user, {"name": "Nora"}, by=by),
        lambda: actions.change_user(user, {"region": "north"}, by=by),
    )
    assert outcomes == [user, user]
    stored = User.objects.get(pk=user.pk)
    assert (stored.name, stored.region, stored.version) == ("Nora", "north", 3)
