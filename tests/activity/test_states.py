"""The state at every version, rebuilt from entries, is the state that was."""

import datetime
from contextlib import contextmanager
from itertools import combinations

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.asserts import assertNumQueries

from apps.activity.actions import record
from apps.activity.between import changes_between
from apps.activity.changes import Change, differences
from apps.activity.states import State, state_at, state_of
from apps.activity.verification import verify
from apps.posts import actions as posts
from apps.posts.models import Comment, Post
from apps.posts.workflow import STEPS
from apps.users import actions as users
from apps.users.models import User
from tests.factories import (
    CategoryFactory,
    CommentFactory,
    PostFactory,
    ProfileFactory,
    TagFactory,
    UserFactory,
    olive,
)
from tests.sizes import HISTORY_EXAMPLES, HISTORY_VERSIONS

pytestmark = pytest.mark.django_db
NEXT_YEAR = datetime.datetime(2126, 1, 1, tzinfo=datetime.UTC)
words = st.text("ab \n€", max_size=6)
titles = words.map(lambda text: f"T{text}")
few = st.sets(st.integers(0, 2))
post_edits = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"title": titles, "content": words, "category": st.integers(0, 1), "tags": few}
    ),
    st.sampled_from(["trash", "restore", *STEPS]),
)
comment_edits = st.one_of(
    words.map(lambda text: {"body": f"B{text}"}),
    st.sampled_from(["trash", "restore", "approved", "spam", "removed"]),
)
user_edits = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "name": titles,
            "is_active": st.booleans(),
            "groups": few,
            "profile": st.fixed_dictionaries(
                {}, optional={"bio": words, "picture": st.binary(max_size=3)}
            ),
        },
    ),
    st.sampled_from(["trash", "restore", "suspend", "unsuspend", "password"]),
)
quick = settings(
    max_examples=HISTORY_EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@contextmanager
def taken_back():
    """Hypothesis runs one test many times."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_history_is_what_was(subject, edits, act) -> None:
    seen = {}

    def look():
        state = state_of(subject)
        assert seen.setdefault(state.version, state).values == state.values

    look()
    for edit in edits:
        act(edit)
        look()
    now = state_of(subject)
    assert sorted(seen) == list(range(1, now.version + 1))
    for version, was in seen.items():
        assert state_at(now, version).values == was.values
    # From any later version as well as from the newest.
    middle = seen[(now.version + 1) // 2]
    assert state_at(middle, 1).values == seen[1].values
    for old, new in combinations(sorted(seen), 2):
        different = differences(seen[old].values, seen[new].values)
        assert changes_between(now.object_type, now.object_id, old, new) == different
    assert verify(lambda count: None, lambda count: None).breaks == []


@quick
@given(edits=st.lists(post_edits, max_size=8))
def test_of_a_post(edits):
    with taken_back():
        by, post = olive(is_superuser=True), PostFactory()
        tags, topics = TagFactory.create_batch(3), CategoryFactory.create_batch(2)

        def act(edit):
            row = Post.objects.get(pk=post.pk)
            same = Post.objects.filter(pk=post.pk)
            if edit == "trash":
                posts.move_posts_to_trash(same, by=by)
            elif edit == "restore":
                posts.restore_posts(same, by=by)
            elif isinstance(edit, str):
                step = STEPS[edit]
                if step.is_possible_for(row):
                    posts.save_post(row, by=by, step=step, publish_at=NEXT_YEAR)
            elif row.deleted_at is None:
                edit = dict(edit)
                chosen = edit.pop("tags", None)
                for name, value in edit.items():
                    setattr(row, name, topics[value] if name == "category" else value)
                chosen = None if chosen is None else [tags[at] for at in chosen]
                posts.save_post(row, by=by, fields=list(edit), tags=chosen)

        assert_history_is_what_was(post, edits, act)


@quick
@given(edits=st.lists(comment_edits, max_size=8))
def test_of_a_comment(edits):
    with taken_back():
        by, comment = olive(is_superuser=True), CommentFactory()

        def act(edit):
            row, same = Comment.objects.get(pk=comment.pk), Comment.objects.filter(pk=comment.pk)
            if edit == "trash":
                posts.move_comments_to_trash(same, by=by)
            elif edit == "restore":
                posts.restore_comments(same, by=by)
            elif row.deleted_at is None:
                status = Comment.Status(edit) if isinstance(edit, str) else None
                if status is None:
                    row.body = edit["body"]
                posts.save_comment(row, by=by, fields=[] if status else ["body"], status=status)

        assert_history_is_what_was(comment, edits, act)


@quick
@given(edits=st.lists(user_edits, max_size=8), has_profile=st.booleans())
def test_of_a_user_with_his_profile_and_groups(edits, has_profile):
    with taken_back():
        by = olive(is_superuser=True)
        user = ProfileFactory().user if has_profile else UserFactory()
        groups = list(Group.objects.order_by("pk")[:3])

        def act(edit):
            same = User.objects.filter(pk=user.pk)
            if edit == "password":
                users.set_password(same.get(), "a quite new password", by=by)
            elif edit == "suspend":
                users.suspend_users(same, until=NEXT_YEAR, reason="Spam", by=by)
            elif isinstance(edit, str):
                getattr(users, f"{edit}_users")(same, by=by)
            else:
                edit = dict(edit)
                profile, chosen = edit.pop("profile", None), edit.pop("groups", None)
                chosen = None if chosen is None else [groups[at] for at in chosen]
                users.change_user(same.get(), edit, groups=chosen, profile=profile, by=by)

        assert_history_is_what_was(user, edits, act)


def test_a_state_costs_one_statement_whatever_the_versions():
    post = PostFactory(title="Title 1")
    for version in range(2, HISTORY_VERSIONS + 1):
        pair = [f"Title {version - 1}", f"Title {version}"]
        record(Change("posts.post", post.pk, "", version, {"title": pair}), "change", by=None)
    Post.objects.filter(pk=post.pk).update(version=HISTORY_VERSIONS, title="last")
    now = state_of(post)
    for version in (1, HISTORY_VERSIONS // 2, HISTORY_VERSIONS - 1):
        with assertNumQueries(1):
            assert state_at(now, version).values["title"] == f"Title {version}"
    assert state_at(now, HISTORY_VERSIONS).values == now.values


def test_an_entry_from_before_a_field_was_renamed_is_read(monkeypatch):
    monkeypatch.setattr(Post, "former_names", {"headline": "title"}, raising=False)
    record(Change("posts.post", 1, "", 2, {"headline": ["One", "Two"]}), "change", by=None)
    record(
        Change("posts.post", 1, "", 3, {"title": ["Two", "Three"], "gone": [1, 2]}),
        "change",
        by=None,
    )
    now = State("posts.post", 1, "", 3, {"title": "Three", "content": ""})
    assert state_at(now, 2).values == {"title": "Two", "content": ""}
    assert state_at(now, 1).values == {"title": "One", "content": ""}
    assert changes_between("posts.post", 1, 1, 3) == {"title": ["One", "Three"], "gone": [1, 2]}
