"""What two people do at the same moment, on PostgreSQL with real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.users import actions
from apps.users.models import User
from tests.factories import UserFactory, olive

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts) -> list:
    """What each gives or raises, all begun at a barrier, each on a connection of its own."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except actions.PermissionDenied as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def trashing(user: User, by: User):
    return lambda: actions.trash_users(User.objects.filter(pk=user.pk), by=by)


@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_who_delete_each_other_leave_one(postgres, attempt):
    first, second = olive(), olive(email="second@example.com")
    outcomes = at_once(trashing(first, by=second), trashing(second, by=first))
    assert sorted(map(str, outcomes)) == ["1", "This is the last administrator."]
    assert User.objects.administrators().count() == 1


def test_each_of_two_edits_counts_as_a_version(postgres):
    by, user = olive(), UserFactory()
    outcomes = at_once(
        lambda: actions.change_user(user, {"name": "Nora"}, by=by),
        lambda: actions.change_user(user, {"region": "north"}, by=by),
    )
    assert outcomes == [user, user]
    stored = User.objects.get(pk=user.pk)
    assert (stored.name, stored.region, stored.version) == ("Nora", "north", 3)
