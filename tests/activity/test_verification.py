"""History that adds up is believed; every way of tampering with it is found and named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.activity import verification
from apps.activity.models import AuditEntry
from apps.activity.verification import Findings, verify
from apps.posts import actions as posts
from apps.posts.models import Category, Comment, Post, Tag
from apps.users import actions as users
from apps.users.models import Profile, User
from tests.factories import CommentFactory, PostFactory, TagFactory, UserFactory, olive

pytestmark = pytest.mark.django_db
TITLES = ["One", "Two", "Three", "Four"]


def found() -> Findings:
    return verify(lambda count: None, lambda count: None)


def breaks() -> list[tuple]:
    return [(one.object_type, one.object_id, one.entry) for one in found().breaks]


@pytest.fixture
def by():
    return olive(is_superuser=True)


@pytest.fixture
def post(by):
    """Created, then saved three times; beside it others with histories of their own."""
    post = posts.create_post(Post(title=TITLES[0], author=by), by=by)
    others = PostFactory.create_batch(2)
    for title in TITLES[1:]:
        post.title = title
        posts.save_post(post, by=by, fields=["title"])
        posts.save_post(others[0], by=by, fields=["title"])
    posts.publish_posts(Post.objects.filter(pk=others[1].pk), by=by)
    return post


@pytest.fixture
def entries(post):
    return list(AuditEntry.objects.of_object("posts.post", post.pk).order_by("id"))


def test_what_the_actions_write_adds_up(by, post):
    comment = CommentFactory(post=post)
    posts.approve_comments(Comment.objects.all(), by=by)
    posts.move_comment_to_trash(comment, by=by)
    posts.save_post(post, by=by, tags=[TagFactory()])
    user = UserFactory()
    users.change_user(user, {"name": "Nell"}, profile={"picture": b"GIF89a"}, by=by)
    users.suspend_users(User.objects.filter(pk=user.pk), until=None, reason="?", by=by)
    users.set_password(user, "a quite new password", by=by)
    category = Category(name="Sea", slug="sea")
    posts.create_topic(category, by=by)
    posts.delete_category(category, by=by)
    result = found()
    assert result.breaks == []
    # Three posts, the comment, the user, the category.
    assert result.objects == 6
    assert result.entries == AuditEntry.objects.count()
    # The two other posts, the comment and the user were there before their first entry.
    assert result.begun_later == 4
    # The tag, Olive, the roles, and two accounts that factories made as authors.
    assert result.rows_without_entries == 1 + 1 + 6 + 2


def test_fields_without_a_witness_are_counted(by):
    post = PostFactory()
    posts.save_post(post, by=by, fields=["title"])
    assert found().unwitnessed_fields == 13
    post.title = "Another"
    posts.save_post(post, by=by, fields=["title"])
    assert found().unwitnessed_fields == 12


def change_a_value(entries, forge):
    new = '{"title": ["One", "Forged"]}'
    forge("UPDATE activity_auditentry SET changes = %s WHERE id = %s", new, entries[1].pk)
    return entries[2]


def change_an_old_value(entries, forge):
    new = '{"title": ["Forged", "Three"]}'
    forge("UPDATE activity_auditentry SET changes = %s WHERE id = %s", new, entries[2].pk)
    return entries[2]


def change_the_last_value(entries, forge):
    new = '{"title": ["Three", "Forged"]}'
    forge("UPDATE activity_auditentry SET changes = %s WHERE id = %s", new, entries[3].pk)
    return entries[3]


def spoil_the_values(entries, forge):
    forge(
        "UPDATE activity_auditentry SET changes = %s WHERE id = %s", '{"title": 1}', entries[1].pk
    )
    return entries[1]


def remove_one(entries, forge):
    forge("DELETE FROM activity_auditentry WHERE id = %s", entries[1].pk)
    return entries[2]


def remove_the_last(entries, forge):
    forge("DELETE FROM activity_auditentry WHERE id = %s", entries[3].pk)
    return entries[2]


def swap(entries, forge):
    """The second and the third change places, versions and all."""
    sql = "UPDATE activity_auditentry SET id = %s WHERE id = %s"
    for new, old in [(-1, entries[1].pk), (entries[1].pk, entries[2].pk), (entries[2].pk, -1)]:
        forge(sql, new, old)
    return entries[1]


def swap_what_they_say(entries, forge):
    one, two = ('{"title": ["Two", "Three"]}', '{"title": ["One", "Two"]}')
    for pk, new in [(entries[1].pk, one), (entries[2].pk, two)]:
        forge("UPDATE activity_auditentry SET changes = %s WHERE id = %s", new, pk)
    return entries[2]


def back_date(entries, forge):
    forge(
        "UPDATE activity_auditentry SET at = %s WHERE id = %s", "2020-01-01 00:00:00", entries[2].pk
    )
    return entries[2]


def change_the_row(entries, forge):
    Post.objects.filter(pk=entries[0].object_id).update(title="Forged")
    return entries[3]


def change_the_version(entries, forge):
    Post.objects.filter(pk=entries[0].object_id).update(version=9)
    return entries[3]


def remove_the_row(entries, forge):
    Post.objects.filter(pk=entries[0].object_id).delete()
    return entries[3]


def a_second_beginning(entries, forge):
    forge("UPDATE activity_auditentry SET action = 'create' WHERE id = %s", entries[2].pk)
    return entries[2]


TAMPERING = [
    change_a_value,
    change_an_old_value,
    change_the_last_value,
    spoil_the_values,
    remove_one,
    remove_the_last,
    swap,
    swap_what_they_say,
    back_date,
    change_the_row,
    change_the_version,
    remove_the_row,
    a_second_beginning,
]


@pytest.mark.parametrize("tamper", TAMPERING)
@pytest.mark.parametrize("page", [500, 2])
def test_tampering_is_found_where_it_begins(entries, forge, tamper, page, monkeypatch):
    monkeypatch.setattr(verification, "ENTRIES_AT_ONCE", page)
    monkeypatch.setattr(verification, "ROWS_AT_ONCE", page)
    assert breaks() == []
    named = tamper(entries, forge)
    assert breaks() == [("posts.post", entries[0].object_id, named.pk)]


def test_a_history_that_is_all_gone_is_found_by_its_row(entries, forge):
    forge("DELETE FROM activity_auditentry WHERE object_id = %s", entries[0].object_id)
    assert breaks() == [("posts.post", entries[0].object_id, None)]


def test_an_edit_past_the_actions_is_found(by):
    tag = TagFactory()
    posts.save_topic(tag, by=by, fields=["name"])
    assert breaks() == []
    Tag.objects.filter(pk=tag.pk).update(version=3)
    assert [type_ for type_, *_ in breaks()] == ["posts.tag"]


@pytest.mark.parametrize(
    "write",
    [
        lambda user: user.groups.clear(),
        lambda user: Profile.objects.filter(pk=user.pk).update(bio="Forged"),
        lambda user: Profile.objects.filter(pk=user.pk).update(picture=b"Forged"),
        lambda user: Profile.objects.filter(pk=user.pk).delete(),
    ],
)
def test_groups_and_the_profile_are_compared_too(by, write):
    user = UserFactory(role="Writer")
    other = list(UserFactory(role="Editor").groups.all())
    profile = {"bio": "Rows.", "picture": b"GIF89a"}
    users.change_user(user, {}, groups=other, profile=profile, by=by)
    assert breaks() == []
    write(user)
    assert breaks() == [("users.user", user.pk, AuditEntry.objects.get().pk)]


def test_somebody_who_saves_meanwhile_breaks_nothing(by, post, monkeypatch):
    """The row is read after its entries: a save between the two is looked at again."""
    read, saved = verification.rows_of, []

    def rows_of(recorded, some, **options):
        if not saved:
            saved.append(True)
            post.title = "Five"
            posts.save_post(post, by=by, fields=["title"])
        return read(recorded, some, **options)

    monkeypatch.setattr(verification, "rows_of", rows_of)
    assert breaks() == []
    assert saved


def test_the_command_says_what_it_proved(post):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    told = out.getvalue()
    assert f"{AuditEntry.objects.count()} entries of 3 objects" in told
    assert "Without a witness" in told
    assert "History adds up." in told


def test_the_command_names_the_break(entries, forge):
    named = remove_one(entries, forge)
    with pytest.raises(CommandError, match=f"posts.post {named.object_id}, entry {named.pk}"):
        call_command("verify_audit", verbosity=0)


def test_an_entry_of_a_kind_that_is_gone_is_counted(post, forge):
    forge("UPDATE activity_auditentry SET object_type = 'shop.order' WHERE object_id = %s", post.pk)
    result = found()
    assert result.unknown_objects == 1
    # The post itself now has no entry for its versions.
    assert [one.entry for one in result.breaks] == [None]


def test_statements_do_not_grow_with_the_objects(by, django_assert_max_num_queries):
    PostFactory.create_batch(60, author=by)
    posts.publish_posts(Post.objects.all(), by=by)
    # Entries and the end of them, rows; of each model what no entry names and two counts.
    with django_assert_max_num_queries(22):
        assert found().objects == 60
