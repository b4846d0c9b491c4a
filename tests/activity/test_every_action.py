"""Every write of the product leaves one entry for each object, with what was and what became."""

import datetime
import inspect

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.activity.values import as_json
from apps.posts import actions as posts
from apps.posts.models import Category, Comment, Post, Tag
from apps.posts.workflow import PUBLISH
from apps.users import actions as users
from apps.users.models import Profile, User
from tests.factories import (
    EPOCH,
    FAR_FUTURE,
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    olive,
)
from tests.posts import wxr

pytestmark = pytest.mark.django_db
NOW = object()
THERE = as_json(EPOCH)
LATER = timezone.now() + datetime.timedelta(days=30)


def rows(*objects):
    return type(objects[0]).objects.filter(pk__in=[one.pk for one in objects])


def edited(instance, **values):
    for name, value in values.items():
        setattr(instance, name, value)
    return {"fields": list(values)}


def save_post(post, by):
    tags = [TagFactory(pk=902), TagFactory(pk=901)]
    posts.save_post(post, by=by, **edited(post, title="New", kind="page"), tags=tags, step=PUBLISH)


def save_under_a_taken_slug(post, by):
    PostFactory(slug="harbour")
    posts.save_post(post, by=by, **edited(post, slug="harbour"))


def save_author_and_category(post, by):
    values = {"author": UserFactory(pk=950), "category": CategoryFactory(pk=912)}
    posts.save_post(post, by=by, **edited(post, **values))


def change_user(user, by):
    group = Group.objects.get(name="Writer")
    profile = {"bio": "Rows.", "picture": b"GIF89a"}
    values = {"name": "Nell", "is_staff": True}
    users.change_user(user, values, groups=[group], profile=profile, by=by)


PUBLISHED = {
    "status": ["draft", "published"],
    "published_at": [None, NOW],
    "first_published_at": [None, NOW],
}
SUSPENDED = {
    "suspended_until": [None, as_json(LATER)],
    "suspended_by": [None, "by"],
    "suspension_reason": ["", "Spam"],
}
DECIDED = {"moderated_at": [None, NOW], "moderated_by": [None, "by"]}


def suspend(queryset, by):
    return users.suspend_users(queryset, until=LATER, reason="Spam", by=by)


# Name of the action: (factory and its fields, what is called with the object, verb, changes)
SINGLE = {
    "save_post": (
        lambda: PostFactory(title="Old"),
        save_post,
        "publish",
        {"title": ["Old", "New"], "kind": ["post", "page"], "tags": [[], [901, 902]], **PUBLISHED},
    ),
    "save_post, a taken slug": (
        lambda: PostFactory(slug="mole"),
        save_under_a_taken_slug,
        "change",
        {"slug": ["mole", "harbour-2"]},
    ),
    "save_post, what it points to": (
        lambda: PostFactory(author=UserFactory(pk=910)),
        save_author_and_category,
        "change",
        {"author": [910, 950], "category": [None, 912]},
    ),
    "save_post, the same again": (
        lambda: PostFactory(title="Same"),
        lambda post, by: posts.save_post(post, by=by, **edited(post, title="Same")),
        "change",
        {},
    ),
    "submit_post": (
        PostFactory,
        lambda post, by: posts.submit_post(post, by=by),
        "submit",
        {"status": ["draft", "review"], "submitted_at": [None, NOW]},
    ),
    "return_post_to_draft": (
        lambda: PostFactory(status="review", submitted_at=EPOCH),
        lambda post, by: posts.return_post_to_draft(post, by=by),
        "return",
        {"status": ["review", "draft"], "submitted_at": [THERE, None]},
    ),
    "schedule_post": (
        PostFactory,
        lambda post, by: posts.schedule_post(post, by=by, publish_at=FAR_FUTURE),
        "schedule",
        {"status": ["draft", "scheduled"], "publish_at": [None, as_json(FAR_FUTURE)]},
    ),
    "publish_post": (
        PostFactory,
        lambda post, by: posts.publish_post(post, by=by),
        "publish",
        PUBLISHED,
    ),
    "archive_post": (
        lambda: PostFactory(status="published"),
        lambda post, by: posts.archive_post(post, by=by),
        "archive",
        {"status": ["published", "archived"]},
    ),
    "move_post_to_trash": (
        PostFactory,
        lambda post, by: posts.move_post_to_trash(post, by=by),
        "trash",
        {"deleted_at": [None, NOW]},
    ),
    "restore_post": (
        lambda: PostFactory(trashed=True),
        lambda post, by: posts.restore_post(post, by=by),
        "restore",
        {"deleted_at": [THERE, None]},
    ),
    "save_comment": (
        lambda: CommentFactory(body="Old"),
        lambda one, by: posts.save_comment(one, by=by, **edited(one, body="New")),
        "change",
        {"body": ["Old", "New"]},
    ),
    "save_comment, decided": (
        CommentFactory,
        lambda one, by: posts.save_comment(one, by=by, status=Comment.Status.SPAM),
        "spam",
        {"status": ["pending", "spam"], **DECIDED},
    ),
    "moderate_comment": (
        CommentFactory,
        lambda one, by: posts.moderate_comment(one, Comment.Status.APPROVED, by=by),
        "approve",
        {"status": ["pending", "approved"], **DECIDED},
    ),
    "move_comment_to_trash": (
        CommentFactory,
        lambda one, by: posts.move_comment_to_trash(one, by=by),
        "trash",
        {"deleted_at": [None, NOW]},
    ),
    "restore_comment": (
        lambda: CommentFactory(trashed=True),
        lambda one, by: posts.restore_comment(one, by=by),
        "restore",
        {"deleted_at": [THERE, None]},
    ),
    "save_topic": (
        lambda: CategoryFactory(name="Old"),
        lambda one, by: posts.save_topic(one, by=by, **edited(one, name="New", position=3)),
        "change",
        {"name": ["Old", "New"], "position": [0, 3]},
    ),
    "change_user": (
        lambda: UserFactory(name="Old"),
        change_user,
        "change",
        {
            "name": ["Old", "Nell"],
            "is_staff": [False, True],
            "groups": [[], "writer"],
            "profile.bio": ["", "Rows."],
            "profile.picture": [None, as_json(b"GIF89a")],
        },
    ),
    "change_user, the profile alone": (
        lambda: ProfileFactory(website="https://old.example/").user,
        lambda user, by: users.change_user(user, {}, profile={"website": ""}, by=by),
        "change",
        {"profile.website": ["https://old.example/", ""]},
    ),
    "set_password": (
        UserFactory,
        lambda user, by: users.set_password(user, "a quite new password", by=by),
        "password",
        {},
    ),
}
SETS = {
    "submit_posts": SINGLE["submit_post"],
    "return_posts_to_draft": SINGLE["return_post_to_draft"],
    "publish_posts": SINGLE["publish_post"],
    "archive_posts": SINGLE["archive_post"],
    "move_posts_to_trash": SINGLE["move_post_to_trash"],
    "restore_posts": SINGLE["restore_post"],
    "approve_comments": SINGLE["moderate_comment"],
    "mark_comments_as_spam": SINGLE["save_comment, decided"],
    "remove_comments": (
        CommentFactory,
        None,
        "remove",
        {"status": ["pending", "removed"], **DECIDED},
    ),
    "move_comments_to_trash": SINGLE["move_comment_to_trash"],
    "restore_comments": SINGLE["restore_comment"],
    "suspend_users": (UserFactory, None, "suspend", SUSPENDED),
    "unsuspend_users": (
        lambda: UserFactory(suspended_until=EPOCH, suspension_reason="Spam"),
        None,
        "unsuspend",
        {"suspended_until": [THERE, None], "suspension_reason": ["Spam", ""]},
    ),
    "activate_users": (
        lambda: UserFactory(is_active=False),
        None,
        "activate",
        {"is_active": [False, True]},
    ),
    "deactivate_users": (UserFactory, None, "deactivate", {"is_active": [True, False]}),
    "trash_users": (UserFactory, None, "trash", {"deleted_at": [None, NOW]}),
    "restore_users": (
        lambda: UserFactory(deleted_at=EPOCH),
        None,
        "restore",
        {"deleted_at": [THERE, None]},
    ),
}
# Each has a test of its own below.
OTHERS = {
    "create_post", "add_comment", "create_topic", "delete_category", "delete_tag",
    "create_user", "save_group", "delete_group",
    # Nobody does these: tests/posts/test_schedule.py.
    "publish_due_posts", "purge_trashed_posts",
}  # fmt: skip
HELPERS = {
    "an_administrator_stays", "give_groups", "guard_standing", "locked", "refuse_own_roles",
    "save_profile", "update_users", "write_post", "write_users",
}  # fmt: skip


def boss() -> User:
    return olive(is_superuser=True)


def assert_changes(entry: AuditEntry, expected: dict, by: User) -> None:
    words = {"by": by.pk, "writer": [Group.objects.get(name="Writer").pk]}
    row = {"posts.post": Post, "posts.comment": Comment, "users.user": User}
    assert entry.changes.keys() == expected.keys()
    for name, pair in expected.items():
        old, new = entry.changes[name]
        assert old == pair[0], name
        if pair[1] is NOW:
            now = getattr(row[entry.object_type].objects.get(pk=entry.object_id), name)
            assert new == as_json(now) is not None
        else:
            assert new == (words.get(pair[1], pair[1]) if isinstance(pair[1], str) else pair[1])


def test_every_action_stands_in_the_tables():
    theirs = {
        name
        for name, action in vars(users).items()
        if inspect.isfunction(action) and action.__module__ == users.__name__
    }
    ours = {name for name in posts.__all__ if not name.endswith("Error")}
    names = (ours | theirs) - HELPERS
    assert {name.split(",")[0] for name in SINGLE} | SETS.keys() | OTHERS == names


@pytest.mark.parametrize("name", SINGLE)
def test_one_object_one_entry(name):
    make, act, verb, changes = SINGLE[name]
    before, by = make(), boss()
    subject = type(before).objects.get(pk=before.pk)
    act(subject, by)
    entry = AuditEntry.objects.of_object(before._meta.label_lower, before.pk).get()
    assert AuditEntry.objects.count() == 1
    assert (entry.action, entry.version) == (verb, before.version + 1)
    assert entry.version == type(before).objects.get(pk=before.pk).version
    assert entry.object_label == str(type(before).objects.get(pk=before.pk))
    assert (entry.actor_id, entry.actor_label) == (by.pk, "Olive")
    assert (entry.actor_email, entry.actor_is_active) == ("olive@example.com", True)
    assert_changes(entry, changes, by)


@pytest.mark.parametrize("name", SETS)
def test_a_set_leaves_an_entry_for_each(name):
    make, _, verb, changes = SETS[name]
    act = suspend if name == "suspend_users" else getattr(posts, name, None) or getattr(users, name)
    objects, by = [make() for _ in range(3)], boss()
    # Versions of one statement over rows at different versions.
    type(objects[0]).objects.filter(pk=objects[1].pk).update(version=7)
    assert act(rows(*objects), by=by) == 3
    entries = list(AuditEntry.objects.order_by("object_id"))
    assert [entry.object_id for entry in entries] == [one.pk for one in objects]
    assert [entry.version for entry in entries] == [2, 8, 2]
    for entry in entries:
        assert (entry.action, entry.source, entry.actor_id) == (verb, "bulk", by.pk)
        assert_changes(entry, changes, by)


def test_creations_need_no_values():
    by = boss()
    post = posts.create_post(
        Post(title="Harbour", author=by), by=by, tags=[TagFactory()], step=PUBLISH
    )
    comment = posts.add_comment(Comment(post=post, body="Mended"), by=by)
    category, tag = Category(name="Sea", slug="sea"), Tag(name="Port", slug="port")
    posts.create_topic(category, by=by)
    posts.create_topic(tag, by=by)
    user = users.create_user(
        User(name="Nell", email="nell@example.com"), password="x" * 12, profile={"bio": "!"}, by=by
    )
    made = [post, comment, category, tag, user]
    found = AuditEntry.objects.order_by("id").values_list(
        "object_type", "object_id", "object_label", "action", "version", "changes"
    )
    assert list(found) == [
        (one._meta.label_lower, one.pk, str(one), "create", 1, {}) for one in made
    ]


@pytest.mark.parametrize(
    ("make", "delete"),
    [(CategoryFactory, posts.delete_category), (TagFactory, posts.delete_tag)],
)
def test_what_is_deleted_for_good_leaves_an_entry_without_a_version(make, delete):
    topic = make()
    pk = topic.pk
    delete(topic, by=boss())
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id, entry.version) == ("delete", pk, None)
    assert entry.object_label == topic.name


def test_groups_have_a_history_without_versions():
    by, permission = boss(), Permission.objects.get(codename="view_post")
    group = Group(name="Interns")
    users.save_group(group, [], by=by, is_new=True)
    group.name = "Trainees"
    users.save_group(group, [permission], by=by)
    pk = group.pk
    users.delete_group(group, by=by)
    entries = AuditEntry.objects.of_object("auth.group", pk).order_by("id")
    assert [(one.action, one.version) for one in entries] == [
        ("create", None),
        ("change", None),
        ("delete", None),
    ]
    changes = {"name": ["Interns", "Trainees"], "permissions": [[], [permission.pk]]}
    assert entries[1].changes == changes


def test_a_group_that_goes_is_an_edit_of_each_member():
    by, group = boss(), Group.objects.create(name="Interns")
    pk, other = group.pk, Group.objects.get(name="Writer")
    members = [UserFactory(role="Writer"), UserFactory()]
    for member in members:
        member.groups.add(group)
    users.delete_group(group, by=by)
    found = [AuditEntry.objects.of_object("users.user", one.pk).get() for one in members]
    assert [one.changes["groups"] for one in found] == [
        [sorted([other.pk, pk]), [other.pk]],
        [[pk], []],
    ]
    assert [one.version for one in found] == [2, 2]


def test_an_import_leaves_an_entry_for_each_row_and_none_the_second_time(tmp_path):
    terms = wxr.category("News") + wxr.category("Sea", "post_tag")
    items = [wxr.item(wxr.comment(), terms=terms), wxr.item(post_id=2, creator="ghost")]
    path = tmp_path / "export.xml"
    path.write_bytes(wxr.wxr(*items))
    call_command("import_wordpress", str(path), verbosity=0)
    expected = {
        (model._meta.label_lower, pk)
        for model in (User, Category, Tag, Post, Comment)
        for pk in model.objects.values_list("pk", flat=True)
    }
    entries = AuditEntry.objects.all()
    assert {(one.object_type, one.object_id) for one in entries} == expected
    assert {(one.action, one.source, one.version, one.actor_id) for one in entries} == {
        ("import", "import", 1, None)
    }
    assert len(entries) == len(expected)
    call_command("import_wordpress", str(path), verbosity=0)
    assert AuditEntry.objects.count() == len(expected)


def test_accounts_made_by_commands_are_recorded_without_an_actor(settings):
    settings.DEMO_STAFF_ALLOWED = True
    call_command("demo_accounts", verbosity=0)
    entries = AuditEntry.objects.all()
    assert {one.object_id for one in entries} == set(User.objects.values_list("pk", flat=True))
    assert {(one.action, one.source, one.actor_id) for one in entries} == {
        ("create", "command", None)
    }


def test_a_refused_action_leaves_nothing():
    post, by = PostFactory(status="archived"), boss()
    with pytest.raises(posts.StepNotPossibleError):
        posts.submit_post(post, by=by)
    assert posts.publish_posts(Post.objects.none(), by=by) == 0
    assert not AuditEntry.objects.exists()


def test_a_missing_profile_is_empty_values():
    user = UserFactory()
    users.change_user(user, {}, profile={"bio": "Rows."}, by=boss())
    assert AuditEntry.objects.get().changes == {"profile.bio": ["", "Rows."]}
    assert Profile.objects.get(pk=user.pk).bio == "Rows."
