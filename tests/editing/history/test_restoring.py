"""An earlier version brought back: as a new one, through the edit form, of what was seen."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.editing.models import PendingEdit
from apps.editing.opened import NAME, Opened
from apps.posts import actions as posts
from apps.posts.models import Comment, Post
from apps.users import actions as users
from apps.users.models import Profile, User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    ed,
    mallory,
    maud,
    olive,
    rory,
    staff,
    wren,
)

pytestmark = pytest.mark.django_db


def page_of(obj, name: str, *args) -> str:
    options = obj._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{name}", args=[obj.pk, *args])


def fresh(obj):
    return type(obj).objects.get(pk=obj.pk)


def edit(post, by, *, tags=None, **values) -> Post:
    for name, value in values.items():
        setattr(post, name, value)
    return posts.save_post(post, by=by, fields=list(values), tags=tags)


def shown(client, obj, version: int) -> str:
    """The page on which one presses Restore."""
    answer = client.get(f"{page_of(obj, 'history')}?from={version}")
    assert answer.status_code == 200
    return answer.content.decode().partition('id="content-main"')[2]


def token_in(page: str) -> str:
    return unescape(re.search(rf'name="{NAME}" value="([^"]+)"', page)[1])


def press(client, obj, version: int, token: str, reason: str = ""):
    address = page_of(obj, "version", version)
    return client.post(address, {NAME: token, "_reason": reason})


def restore(client, obj, version: int, reason: str = ""):
    return press(client, obj, version, token_in(shown(client, obj, version)), reason)


def messages_of(client) -> str:
    page = client.get("/admin/").content.decode()
    return unescape(" ".join(re.findall(r"<li[^>]*>([^<]*)</li>", page)))


@pytest.fixture
def post(client):
    """At version 3, with what it was at version 1 different in every field of the form."""
    post, by = (
        PostFactory(title="First", content="One.\n\nTwo.\n", category=CategoryFactory()),
        ed(),
    )
    first = TagFactory(name="first")
    post.tags.set([first])
    post.by, post.first_tag, post.first_category = by, first, post.category
    edit(post, by, title="Second", slug="second", content="Another.\n", category=CategoryFactory())
    edit(post, by, tags=[TagFactory(name="second")])
    client.force_login(by)
    return post


def test_a_restore_is_a_new_version_of_the_old_values(client, post):
    answer = restore(client, post, 1, reason="The old text was right")
    assert (answer.status_code, answer["Location"]) == (302, page_of(post, "history"))
    now = fresh(post)
    assert (now.title, now.content, now.version) == ("First", "One.\n\nTwo.\n", 4)
    assert now.category == post.first_category
    assert list(now.tags.all()) == [post.first_tag]
    entry = AuditEntry.objects.get(object_id=post.pk, version=4)
    assert (entry.source, entry.reason, entry.actor_label) == (
        "restore",
        "The old text was right",
        "Ed",
    )
    assert set(entry.changes) == {"title", "slug", "content", "category", "tags"}
    assert "Version 1 is back, as version 4." in messages_of(client)


def test_what_did_not_change_is_not_written(client, post):
    restore(client, post, 2)
    entry = AuditEntry.objects.get(object_id=post.pk, version=4)
    assert list(entry.changes) == ["tags"]


def test_a_double_click_restores_once_with_the_same_answer(client, post):
    token = token_in(shown(client, post, 1))
    answers = [press(client, post, 1, token) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == [page_of(post, "history")] * 2
    assert fresh(post).version == 4
    assert "Version 1 is back, as version 4." in messages_of(client)


def test_a_retry_is_answered_like_the_first_whatever_was_done_since(client, post):
    token = token_in(shown(client, post, 1))
    press(client, post, 1, token)
    soon = timezone.now() + timezone.timedelta(days=1)
    posts.schedule_post(fresh(post), by=olive(), publish_at=soon)
    press(client, post, 1, token)
    assert fresh(post).version == 5
    assert messages_of(client).count("Version 1 is back, as version 4.") == 2


def test_who_saved_meanwhile_is_named_and_nothing_is_overwritten(client, post):
    token = token_in(shown(client, post, 1))
    edit(fresh(post), olive(), title="Olive’s")
    answer = press(client, post, 1, token)
    assert answer["Location"] == f"{page_of(post, 'history')}?from=1&to=4"
    assert (fresh(post).title, fresh(post).version) == ("Olive’s", 4)
    assert "Olive changed title since you opened this page" in messages_of(client)
    assert not PendingEdit.objects.exists()
    assert restore(client, post, 1).status_code == 302
    assert (fresh(post).title, fresh(post).version) == ("First", 5)


def test_a_version_like_the_current_one_changes_nothing(client, post):
    edit(post, post.by, title="Third")
    edit(post, post.by, title="Second")
    restore(client, post, 3)
    assert fresh(post).version == 5
    assert "There was nothing to restore" in messages_of(client)


@pytest.mark.parametrize("token", ["", "garbage"])
def test_without_the_forms_own_token_nothing_happens(client, post, token):
    assert press(client, post, 1, token)["Location"] == page_of(post, "history")
    assert fresh(post).version == 3
    assert not PendingEdit.objects.exists()


def test_a_token_of_somebody_else_is_none(client, post):
    token = Opened.now(olive().pk, "posts.post", post).signed()
    press(client, post, 1, token)
    assert fresh(post).version == 3


@pytest.mark.parametrize("version", [0, 4, 2**31, 2**70])
def test_a_version_that_is_none_is_404(client, post, version):
    answer = press(client, post, version, token_in(shown(client, post, 1)))
    assert answer.status_code == 404


@pytest.mark.parametrize("version", ["-1", "x", "1.5"])
def test_what_is_no_number_is_404(client, post, version):
    address = page_of(post, "version", 1).replace("/1/restore/", f"/{version}/restore/")
    assert client.post(address).status_code == 404
    assert fresh(post).version == 3


def test_what_the_form_refuses_comes_back_in_the_form(client, post):
    taken = PostFactory(title="Has the slug now", slug=slug_at_1(post))
    answer = restore(client, post, 1)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert taken.title in page
    assert "has this slug already" in page
    assert 'value="First"' in page
    assert f'action="{page_of(post, "change")}"' in page
    assert 'href="../' not in page
    assert fresh(post).version == 3


def slug_at_1(post) -> str:
    return AuditEntry.objects.get(object_id=post.pk, version=2).changes["slug"][0]


# What no restore writes is said before


def test_a_status_stays_and_that_is_said_before(client, post):
    posts.publish_post(post, by=post.by)
    page = shown(client, post, 1)
    assert "<strong>Status, Published at and First published at</strong> stay as they are" in page
    restore(client, post, 1)
    now = fresh(post)
    assert (now.title, now.status) == ("First", "published")
    assert now.published_at is not None


def test_a_time_to_publish_at_stays(client, post):
    soon = timezone.now() + timezone.timedelta(days=1)
    posts.schedule_post(post, by=post.by, publish_at=soon)
    restore(client, post, 1)
    now = fresh(post)
    assert (now.title, now.status, now.publish_at) == ("First", "scheduled", soon)


def test_where_nothing_can_be_restored_there_is_no_button(client):
    post, by = PostFactory(), ed()
    posts.publish_post(post, by=by)
    client.force_login(by)
    page = shown(client, post, 1)
    assert "stay as they are" in page
    assert '<button class="button default">' not in page


def test_what_was_deleted_since_is_left_out_and_that_is_said_before(client, post):
    kept = TagFactory(name="kept")
    edit(post, post.by, tags=[post.first_tag, kept])
    edit(post, post.by, title="Without", tags=[], category=None)
    edit(fresh(post), post.by, title="Third")
    posts.delete_tag(post.first_tag, by=post.by)
    posts.delete_category(post.first_category, by=post.by)
    assert "What was deleted since is left out." not in shown(client, post, 5)
    assert "What was deleted since is left out." in shown(client, post, 1)
    restore(client, post, 1)
    now = fresh(post)
    assert (now.title, now.category, list(now.tags.all())) == ("First", None, [])
    assert "What was deleted since is left out." in shown(client, post, 4)
    restore(client, post, 4)
    assert list(now.tags.all()) == [kept]


def test_a_picture_stays_and_a_profile_comes_back(client):
    profile, by = ProfileFactory(bio="Old.", picture=b"GIF89a old"), olive()
    new = {"bio": "New.", "picture": b"GIF89a new"}
    users.change_user(profile.user, {"name": "New name"}, profile=new, by=by)
    client.force_login(by)
    assert "<strong>Picture</strong> stays as it is" in shown(client, profile.user, 1)
    restore(client, profile.user, 1)
    now = Profile.objects.get(pk=profile.pk)
    assert (now.bio, bytes(now.picture)) == ("Old.", b"GIF89a new")
    entry = AuditEntry.objects.get(object_id=profile.pk, version=3)
    assert set(entry.changes) == {"name", "profile.bio"}


def test_a_comment_and_a_category_come_back(client):
    by, comment, category = olive(), CommentFactory(body="Old."), CategoryFactory(name="Old")
    client.force_login(by)
    comment.body, category.name = "New.", "New"
    posts.save_comment(comment, by=by, fields=["body"])
    posts.save_topic(category, by=by, fields=["name"])
    posts.approve_comments(Comment.objects.filter(pk=comment.pk), by=by)
    restore(client, comment, 1)
    restore(client, category, 1)
    now = fresh(comment)
    assert (now.body, now.status, now.version) == ("Old.", "approved", 4)
    assert fresh(category).name == "Old"


# Who may


@pytest.mark.parametrize("who", [rory, wren, maud, mallory])
def test_who_may_not_change_it_cannot_restore_it(client, post, who):
    person = who()
    client.force_login(person)
    if who is not mallory:
        assert "Restore" not in shown(client, post, 1)
    token = Opened.now(person.pk, "posts.post", post).signed()
    assert press(client, post, 1, token).status_code == 403
    assert client.get(page_of(post, "version", 1)).status_code == 403
    assert fresh(post).version == 3


def test_what_is_in_the_trash_is_restored_from_there_first(client, post):
    token = token_in(shown(client, post, 1))
    posts.move_post_to_trash(post, by=olive())
    assert "Restore version" not in shown(client, post, 1)
    assert press(client, post, 1, token).status_code == 403
    assert fresh(post).deleted_at is not None


def test_after_a_login_one_is_asked_again(client, post):
    token = token_in(shown(client, post, 1))
    client.logout()
    answer = press(client, post, 1, token)
    assert answer["Location"].startswith("/admin/login/?next=")
    client.force_login(post.by)
    answer = client.get(page_of(post, "version", 1))
    assert answer["Location"] == f"{page_of(post, 'history')}?from=1#restore"
    assert fresh(post).version == 3


def manager(*more: str) -> User:
    """May change accounts, give staff status, and little else."""
    person = staff("Mona")
    names = ["view_user", "change_user", "view_profile", "change_profile", *more]
    person.user_permissions.set(Permission.objects.filter(codename__in=names))
    return person


@pytest.fixture
def former_editor():
    """At version 1 he was an Editor, and staff; now he is neither, and has another name."""
    user, by = UserFactory(name="Former", staff=True, role="Editor"), olive()
    users.change_user(user, {"name": "Now", "is_staff": False}, groups=[], by=by)
    return user


def test_a_restore_gives_no_role_beyond_ones_own_rights(client, former_editor):
    client.force_login(manager("manage_staff"))
    answer = restore(client, former_editor, 1)
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()
    now = fresh(former_editor)
    assert (now.groups.count(), now.is_staff, now.version) == (0, False, 2)


def test_who_may_give_no_roles_restores_the_rest(client, former_editor):
    client.force_login(manager())
    page = shown(client, former_editor, 1)
    assert "<strong>Staff and Groups</strong> stay as they are" in page
    restore(client, former_editor, 1)
    now = fresh(former_editor)
    assert (now.name, now.groups.count(), now.is_staff) == ("Former", 0, False)


def test_an_administrator_restores_the_roles(client, former_editor):
    client.force_login(olive(email="olive2@example.com"))
    restore(client, former_editor, 1)
    now = fresh(former_editor)
    assert (now.name, now.is_staff) == ("Former", True)
    assert list(now.groups.all()) == [Group.objects.get(name="Editor")]


def test_nobody_restores_his_own_roles(client):
    by, chief = manager("manage_staff"), olive()
    users.change_user(by, {"name": "Mona M."}, groups=[Group.objects.get(name="Editor")], by=chief)
    users.change_user(by, {}, groups=[], by=chief)
    client.force_login(by)
    restore(client, by, 2)
    assert fresh(by).groups.count() == 0
    restore(client, by, 1)
    now = fresh(by)
    assert (now.name, now.groups.count()) == ("Mona", 0)


def test_who_holds_more_is_restored_by_nobody_below(client):
    chief = olive()
    users.change_user(chief, {"name": "Olive M."}, by=UserFactory(is_superuser=True))
    person = manager("manage_staff")
    client.force_login(person)
    token = Opened.now(person.pk, "users.user", fresh(chief)).signed()
    assert press(client, chief, 1, token).status_code == 403
    assert fresh(chief).name == "Olive M."
