import datetime

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.users import actions
from apps.users.models import Profile, Session, User
from apps.users.rights import MoreThanHeld
from tests.factories import UserFactory, ed, mallory, maud, olive, wren

pytestmark = pytest.mark.django_db
NEXT_WEEK = timezone.now() + datetime.timedelta(days=7)


def log_in(client, *users: User) -> None:
    for user in users:
        client.force_login(user)


def of(*users: User):
    return User.objects.filter(pk__in=[user.pk for user in users])


def suspend(queryset, by):
    return actions.suspend_users(queryset, until=NEXT_WEEK, reason="Spam", by=by)


CHANGES = {
    "suspend": (suspend, {}, {"suspended_until": NEXT_WEEK, "suspension_reason": "Spam"}),
    "unsuspend": (
        actions.unsuspend_users,
        {"suspended_until": NEXT_WEEK},
        {"suspended_until": None, "suspension_reason": ""},
    ),
    "activate": (actions.activate_users, {"is_active": False}, {"is_active": True}),
    "deactivate": (actions.deactivate_users, {}, {"is_active": False}),
    "restore": (actions.restore_users, {"deleted_at": NEXT_WEEK}, {"deleted_at": None}),
}
ENDING = ["suspend", "deactivate", "trash"]
trash = (actions.trash_users, {}, {})


@pytest.mark.parametrize("name", CHANGES)
def test_a_set_action_changes_each_row_once_and_counts(name):
    act, before, after = CHANGES[name]
    users, by = [UserFactory(**before), UserFactory(**before)], olive()
    assert act(of(*users), by=by) == 2
    for user in users:
        changed = User.objects.get(pk=user.pk)
        assert {field: getattr(changed, field) for field in after} == after
        assert changed.version == user.version + 1
        assert changed.updated_at > user.updated_at


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "suspend"])
def test_a_row_that_is_so_already_is_left_alone(name):
    act, _, after = CHANGES[name]
    user = UserFactory(**after)
    assert act(of(user), by=olive()) == 0
    assert User.objects.get(pk=user.pk).version == user.version


def test_the_trash_keeps_the_row_and_its_address():
    user = UserFactory()
    assert actions.trash_users(of(user), by=olive()) == 1
    trashed = User.objects.get(pk=user.pk)
    assert trashed.deleted_at is not None
    assert trashed.email == user.email
    assert actions.trash_users(of(user), by=olive(email="o2@example.com")) == 0


@pytest.mark.parametrize("name", ENDING)
def test_sessions_end_with_the_right_to_have_them(name, client):
    act = (CHANGES | {"trash": trash})[name][0]
    user, other = wren(), ed()
    log_in(client, user, other)
    act(of(user), by=olive())
    assert [session.user for session in Session.objects.all()] == [other]


@pytest.mark.parametrize("name", [*CHANGES, "trash"])
def test_a_set_action_takes_as_many_statements_for_twenty_as_for_two(name):
    act, before, _ = (CHANGES | {"trash": trash})[name]
    by = olive()
    counts = []
    for size in (2, 20):
        users = UserFactory.create_batch(size, **before)
        with CaptureQueriesContext(connection) as queries:
            assert act(of(*users), by=by) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


@pytest.mark.parametrize("name", [*CHANGES, "trash"])
def test_nobody_acts_on_himself_or_on_who_holds_more(name):
    act, before, _ = (CHANGES | {"trash": trash})[name]
    if name == "restore":
        return
    by = maud()
    User.objects.filter(pk=by.pk).update(**{k: v for k, v in before.items() if k != "is_active"})
    root = UserFactory(is_superuser=True, **before)
    chief = olive(**before)
    plain = UserFactory(**before)
    assert act(of(by, root, chief, plain), by=by) == 1
    assert User.objects.get(pk=plain.pk).version == 2
    assert set(of(by, root, chief).values_list("version", flat=True)) == {1}


def test_what_an_inactive_account_would_hold_again_counts():
    chief = olive(is_active=False)
    assert suspend(of(chief), by=maud()) == 0


def test_rights_given_to_the_person_himself_count():
    from django.contrib.auth.models import Permission

    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="delete_user"))
    assert suspend(of(user), by=maud()) == 0


def test_the_last_administrator_stays():
    everything = Group.objects.create(name="Directors")
    everything.permissions.set(Group.objects.get(name="Admin").permissions.all())
    director = mallory()
    director.groups.add(everything)
    chief = olive()
    for act in (suspend, actions.deactivate_users, actions.trash_users):
        with pytest.raises(actions.LastAdministrator):
            act(of(chief), by=director)
    with pytest.raises(actions.LastAdministrator):
        actions.change_user(chief, {}, groups=[], by=director)
    assert User.objects.get(pk=chief.pk).version == 1
    olive(email="second@example.com")
    assert actions.trash_users(of(chief), by=director) == 1


def test_a_new_user_has_all_he_is_made_with():
    user = User(name="Nina", email="nina@example.com", is_staff=True)
    writer = Group.objects.get(name="Writer")
    actions.create_user(
        user, password="a long password", groups=[writer], profile={"bio": "New."}, by=olive()
    )
    stored = User.objects.get(email="nina@example.com")
    assert stored.check_password("a long password")
    assert list(stored.groups.all()) == [writer]
    assert stored.profile.bio == "New."
    assert stored.version == 1


def test_a_change_writes_the_named_columns_only():
    user = UserFactory(points=5)
    User.objects.filter(pk=user.pk).update(points=9)
    actions.change_user(user, {"name": "Nora"}, profile={"website": "https://x.test/"}, by=olive())
    stored = User.objects.get(pk=user.pk)
    assert (stored.name, stored.points, stored.version) == ("Nora", 9, 2)
    assert stored.profile.website == "https://x.test/"


def test_a_profile_is_written_without_reading_its_picture():
    profile = Profile.objects.create(user=UserFactory(), picture=b"GIF89a", bio="Old.")
    with CaptureQueriesContext(connection) as queries:
        actions.change_user(profile.user, {}, profile={"bio": "New."}, by=olive())
    assert not [q for q in queries if q["sql"].startswith("SELECT") and "picture" in q["sql"]]
    profile.refresh_from_db()
    assert (profile.bio, bytes(profile.picture)) == ("New.", b"GIF89a")


def test_a_new_password_ends_the_other_sessions(client):
    user = wren()
    log_in(client, user)
    key = client.session.session_key
    client.cookies.clear()
    client.force_login(user)
    actions.set_password(user, "another long password", by=olive(), session_key=key)
    assert [session.session_key for session in Session.objects.all()] == [key]
    assert User.objects.get(pk=user.pk).check_password("another long password")


def test_the_card_beside_posts_is_dropped(django_capture_on_commit_callbacks):
    from apps.users.cards import user_card

    user, by = UserFactory(), olive()
    user_card(user.pk)
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_user(user, {"name": "Nora"}, by=by)
    assert user_card(user.pk).name == "Nora"


def test_a_role_group_is_not_changed_by_staff():
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        actions.save_group(Group.objects.get(name="Writer"), [], by=olive())


def test_a_group_holds_no_more_than_who_makes_it():
    group = Group.objects.create(name="Interns")
    held = Group.objects.get(name="Editor").permissions.all()
    actions.save_group(group, held, by=ed())
    assert group.permissions.count() == held.count()
    with pytest.raises(MoreThanHeld):
        actions.save_group(
            group, Group.objects.get(name="Moderator").permissions.all(), by=ed(email="e2@x.test")
        )
