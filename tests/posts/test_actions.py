import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone
from pytest_django.asserts import assertNumQueries

from apps.posts import actions
from apps.posts.models import Comment, Post
from apps.posts.workflow import PUBLISH, SCHEDULE, STEPS, SUBMIT, steps_for
from tests.factories import (
    EPOCH,
    FAR_FUTURE,
    CategoryFactory,
    CommentFactory,
    PostFactory,
    TagFactory,
    UserFactory,
    ed,
    mallory,
    maud,
    rory,
    wren,
)

pytestmark = pytest.mark.django_db
Status = Post.Status


def fresh(instance):
    return type(instance).objects.get(pk=instance.pk)


# Creating


def test_a_writer_creates_a_draft_of_his_own():
    author, other = wren(), UserFactory()
    post = actions.create_post(Post(title="Harbour dredging", author=other), by=author)
    post = fresh(post)
    assert (post.status, post.slug, post.version) == (Status.DRAFT, "harbour-dredging", 1)
    assert post.author == author


def test_an_editor_creates_for_somebody_else_and_publishes_at_once():
    other, tag = UserFactory(), TagFactory()
    post = Post(title="Harbour", author=other)
    actions.create_post(post, by=ed(), tags=[tag], step=PUBLISH)
    post = fresh(post)
    assert (post.author, post.status, post.version) == (other, Status.PUBLISHED, 1)
    assert post.published_at == post.first_published_at is not None
    assert list(post.tags.all()) == [tag]


def test_a_writer_cannot_create_a_published_post():
    with pytest.raises(PermissionDenied):
        actions.create_post(Post(title="Harbour"), by=wren(), step=PUBLISH)
    assert not Post.objects.exists()


def test_a_post_made_with_a_status_is_a_draft_all_the_same():
    post = Post(title="Harbour", status=Status.PUBLISHED)
    assert fresh(actions.create_post(post, by=wren())).status == Status.DRAFT


@pytest.mark.parametrize("who", [maud, rory, mallory])
def test_others_create_nothing(who):
    with pytest.raises(PermissionDenied):
        actions.create_post(Post(title="Harbour"), by=who())


# Slugs


def test_a_taken_slug_becomes_the_next_free_one_found_in_one_statement():
    author = wren()
    PostFactory(slug="harbour")
    PostFactory(slug="harbour-2", trashed=True)
    author.get_all_permissions()
    # savepoint, refused insert, back, release · numbers · savepoint, insert, release · entry
    # · times; the action's own atomic is a savepoint and its release in a test
    with assertNumQueries(13):
        post = actions.create_post(Post(title="Harbour"), by=author)
    assert fresh(post).slug == "harbour-3"


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Привет", "post"), ("!!!", "post"), ("Ein Föhn", "ein-fohn"), ("x" * 200, "x" * 190)],
)
def test_any_title_gives_a_slug(title, slug):
    assert actions.create_post(Post(title=title), by=wren()).slug == slug


def test_a_long_taken_slug_stays_within_its_column():
    PostFactory(slug="x" * 200)
    post = PostFactory()
    post.slug = "x" * 200
    actions.save_post(post, by=ed(), fields=["slug"])
    assert fresh(post).slug == "x" * 190 + "-2"


def test_when_all_numbers_are_taken_a_random_end_is():
    author = UserFactory()
    Post.objects.bulk_create(
        Post(title="x", slug=slug, author=author)
        for slug in ["harbour", *(f"harbour-{n}" for n in range(2, 202))]
    )
    post = actions.create_post(Post(title="Harbour"), by=wren())
    assert post.slug.startswith("harbour-")
    assert len(post.slug) == len("harbour-") + 8


def test_another_constraint_is_not_taken_for_the_slug():
    with pytest.raises(IntegrityError, match="title"):
        actions.create_post(Post(title="", slug="x"), by=wren())


def test_saving_under_a_taken_slug_keeps_the_post():
    PostFactory(slug="harbour")
    post = PostFactory(slug="mole")
    post.slug, post.title = "harbour", "New title"
    actions.save_post(post, by=ed(), fields=["slug", "title"])
    assert (fresh(post).slug, fresh(post).title) == ("harbour-2", "New title")


# Saving


def test_only_the_named_fields_are_written():
    post = PostFactory(title="Old", content="Old")
    Post.objects.filter(pk=post.pk).update(content="Somebody else’s")
    post.title = post.content = "New"
    actions.save_post(post, by=ed(), fields=["title"])
    assert (fresh(post).title, fresh(post).content) == ("New", "Somebody else’s")


def test_a_save_is_one_version_with_its_step_and_its_tags():
    post, tag = PostFactory(title="Old"), TagFactory()
    post.title = "New"
    actions.save_post(post, by=ed(), fields=["title"], tags=[tag], step=PUBLISH)
    saved = fresh(post)
    assert (saved.version, saved.status, saved.title) == (2, Status.PUBLISHED, "New")
    assert saved.updated_at > EPOCH + datetime.timedelta(days=30)
    assert list(saved.tags.all()) == [tag]
    assert post.version == 2


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEW])
def test_a_writer_saves_his_own_while_it_is_open(status):
    author = wren()
    post = PostFactory(author=author, status=status)
    post.title = "New"
    actions.save_post(post, by=author, fields=["title"])
    assert fresh(post).title == "New"


@pytest.mark.parametrize("status", [Status.SCHEDULED, Status.PUBLISHED, Status.ARCHIVED])
def test_a_writer_does_not_save_his_own_any_more(status):
    author = wren()
    post = PostFactory(author=author, status=status)
    # As he opened it, before the editor was faster.
    post.status, post.title = Status.DRAFT, "New"
    with pytest.raises(actions.StepNotPossibleError, match="cannot change it any more"):
        actions.save_post(post, by=author, fields=["title"])
    assert fresh(post).title != "New"


def test_a_writer_does_not_save_what_others_wrote():
    post = PostFactory()
    post.title = "New"
    with pytest.raises(actions.StepNotPossibleError):
        actions.save_post(post, by=wren(), fields=["title"])
    assert fresh(post).title != "New"


@pytest.mark.parametrize("who", [maud, rory, mallory])
def test_others_save_nothing(who):
    with pytest.raises(PermissionDenied):
        actions.save_post(PostFactory(), by=who(), fields=["title"])


def test_a_post_in_the_trash_is_not_saved():
    with pytest.raises(actions.StepNotPossibleError, match="in the trash"):
        actions.save_post(PostFactory(trashed=True), by=ed(), fields=["title"])


# Steps

POSSIBLE = {
    "_submit": {Status.DRAFT},
    "_return": {Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED},
    "_schedule": {Status.DRAFT, Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED},
    "_publish": {Status.DRAFT, Status.REVIEW, Status.SCHEDULED, Status.ARCHIVED},
    "_archive": {Status.PUBLISHED},
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", POSSIBLE)
def test_each_step_from_each_state(name, status):
    step, post = STEPS[name], PostFactory(status=status)
    publish_at = FAR_FUTURE if step is SCHEDULE else None
    if status in POSSIBLE[name]:
        actions.save_post(post, by=ed(), step=step, publish_at=publish_at)
        assert (fresh(post).status, post.status) == (step.target, step.target)
        assert fresh(post).version == 2
    else:
        with pytest.raises(actions.StepNotPossibleError, match=status.label.lower()):
            actions.save_post(post, by=ed(), step=step, publish_at=publish_at)
        assert (fresh(post).status, fresh(post).version) == (status, 1)


def test_a_writer_takes_no_step_but_submitting():
    author = wren()
    for status in Status:
        post = PostFactory(author=author, status=status)
        wanted = [SUBMIT] if status == Status.DRAFT else []
        assert steps_for(post, author) == wanted
        for name in POSSIBLE.keys() - {"_submit"}:
            with pytest.raises(PermissionDenied):
                actions.save_post(post, by=author, step=STEPS[name], publish_at=FAR_FUTURE)
    assert steps_for(PostFactory(), author) == []


def test_a_writer_submits_only_his_own():
    author = wren()
    own, other = PostFactory(author=author), PostFactory()
    assert actions.submit_post(own, by=author).submitted_at is not None
    with pytest.raises(actions.StepNotPossibleError):
        actions.submit_post(other, by=author)


def test_the_times_tell_the_post_s_story():
    post, editor = PostFactory(), ed()
    actions.submit_post(post, by=editor)
    assert post.submitted_at
    actions.schedule_post(post, by=editor, publish_at=FAR_FUTURE)
    assert (post.publish_at, post.published_at) == (FAR_FUTURE, None)
    actions.publish_post(post, by=editor)
    first = post.published_at
    assert (post.publish_at, post.first_published_at) == (None, first)
    actions.archive_post(post, by=editor)
    assert post.published_at == first
    actions.return_post_to_draft(post, by=editor)
    assert (post.submitted_at, post.published_at, post.first_published_at) == (None, None, first)
    Post.objects.filter(pk=post.pk).update(first_published_at=EPOCH)
    actions.publish_post(post, by=editor)
    assert post.first_published_at == EPOCH
    assert post.published_at > EPOCH


@pytest.mark.parametrize("publish_at", [None, EPOCH])
def test_a_schedule_needs_a_time_to_come(publish_at):
    with pytest.raises(actions.StepNotPossibleError, match="in the future"):
        actions.schedule_post(PostFactory(), by=ed(), publish_at=publish_at)


# Sets


@pytest.mark.parametrize(
    ("action", "possible"),
    [
        (actions.submit_posts, POSSIBLE["_submit"]),
        (actions.return_posts_to_draft, POSSIBLE["_return"]),
        (actions.publish_posts, POSSIBLE["_publish"]),
        (actions.archive_posts, POSSIBLE["_archive"]),
    ],
)
def test_a_set_takes_along_what_is_in_the_right_state(action, possible):
    posts = {status: PostFactory(status=status) for status in Status}
    PostFactory(trashed=True)
    assert action(Post.objects.all(), by=ed()) == len(possible)
    assert {status for status, post in posts.items() if fresh(post).version == 2} == possible


@pytest.mark.parametrize("count", [3, 30])
def test_a_set_costs_four_statements_however_many(count):
    editor = ed()
    editor.get_all_permissions()
    PostFactory.create_batch(count)
    # lock, update, times read back, entries; the savepoint and its release are the test's
    with assertNumQueries(6):
        assert actions.publish_posts(Post.objects.newest_first(), by=editor) == count


def test_a_set_may_be_filtered_over_a_relation():
    editor, category = ed(), CategoryFactory()
    PostFactory()
    chosen = PostFactory(category=category)
    assert actions.publish_posts(Post.objects.filter(category__slug=category.slug), by=editor) == 1
    assert fresh(chosen).status == Status.PUBLISHED


def test_a_writer_submits_of_a_set_only_his_own():
    author = wren()
    PostFactory(author=author)
    PostFactory()
    assert actions.submit_posts(Post.objects.all(), by=author) == 1
    with pytest.raises(PermissionDenied):
        actions.publish_posts(Post.objects.all(), by=author)


# Trash


def test_the_trash_keeps_everything_and_gives_it_back():
    post = PostFactory(status=Status.PUBLISHED, comment_count=1)
    comment = CommentFactory(post=post, status="approved")
    actions.move_post_to_trash(post, by=ed())
    assert fresh(post).deleted_at is not None
    assert not fresh(post).published
    assert (fresh(comment).version, fresh(comment).deleted_at) == (1, None)
    with pytest.raises(actions.StepNotPossibleError, match="already"):
        actions.move_post_to_trash(post, by=ed(email="ed2@example.com"))
    actions.restore_post(post, by=ed(email="ed3@example.com"))
    assert (fresh(post).deleted_at, fresh(post).status) == (None, Status.PUBLISHED)
    assert fresh(post).version == 3
    with pytest.raises(actions.StepNotPossibleError, match="not in the trash"):
        actions.restore_post(post, by=ed(email="ed4@example.com"))


@pytest.mark.parametrize("who", [wren, maud, rory, mallory])
def test_only_who_may_delete_uses_the_trash(who):
    user, post = who(), PostFactory()
    with pytest.raises(PermissionDenied):
        actions.move_post_to_trash(post, by=user)
    with pytest.raises(PermissionDenied):
        actions.restore_posts(Post.objects.all(), by=user)


# Comments


def counts() -> list[int]:
    return list(Post.objects.order_by("pk").values_list("comment_count", flat=True))


def true_counts() -> list[int]:
    return [
        Comment.objects.counted().filter(post=pk).count()
        for pk in Post.objects.order_by("pk").values_list("pk", flat=True)
    ]


def test_each_decision_keeps_the_count_right():
    moderator, comment = maud(), CommentFactory()
    for status, count in [("approved", 1), ("spam", 0), ("approved", 1), ("removed", 0)]:
        actions.moderate_comment(comment, status, by=moderator)
        assert (comment.status, counts()) == (status, [count])
        assert (comment.moderated_by, comment.moderated_at is not None) == (moderator, True)
    assert fresh(comment).version == 5
    assert fresh(comment.post).version == 1


def test_a_decision_that_was_made_already_says_so():
    moderator, comment = maud(), CommentFactory(status="spam")
    with pytest.raises(actions.StepNotPossibleError, match="spam already"):
        actions.moderate_comment(comment, "spam", by=moderator)
    actions.move_comment_to_trash(comment, by=moderator)
    with pytest.raises(actions.StepNotPossibleError, match="in the trash already"):
        actions.moderate_comment(comment, "approved", by=moderator)


def test_sets_of_comments_keep_the_counts_of_many_posts_right():
    moderator = maud()
    for _ in range(3):
        post = PostFactory()
        for status in Comment.Status:
            CommentFactory.create_batch(2, post=post, status=status)
            CommentFactory(post=post, status=status, trashed=True)
    Post.objects.update(comment_count=2)
    everything = Comment.objects.all()
    for action, changed in [
        (actions.approve_comments, 18),
        (actions.move_comments_to_trash, 24),
        (actions.restore_comments, 36),
        (actions.mark_comments_as_spam, 33),
        (actions.approve_comments, 36),
        (actions.remove_comments, 36),
    ]:
        assert action(everything, by=moderator) == changed
        assert counts() == true_counts()


@pytest.mark.parametrize("count", [2, 20])
def test_a_set_of_comments_costs_the_same_over_many_posts(count):
    moderator = maud()
    moderator.get_all_permissions()
    CommentFactory.create_batch(count)
    # lock and update comments, times read back, entries, marks of the days that changed, lock and
    # update posts; savepoint and release are the test's
    with assertNumQueries(9):
        assert actions.approve_comments(Comment.objects.all(), by=moderator) == count
    assert counts() == [1] * count


def test_an_edit_and_its_decision_are_one_version():
    comment = CommentFactory()
    comment.body = "Mended"
    actions.save_comment(comment, by=maud(), fields=["body"], status="approved")
    saved = fresh(comment)
    assert (saved.body, saved.status, saved.version) == ("Mended", "approved", 2)
    assert counts() == [1]


def test_a_comment_in_the_trash_is_not_edited():
    comment = CommentFactory(trashed=True)
    with pytest.raises(actions.StepNotPossibleError):
        actions.save_comment(comment, by=maud(), fields=["body"])


def test_a_comment_by_staff_is_approved_and_counted():
    editor, post = ed(), PostFactory()
    comment = actions.add_comment(Comment(post=post, body="Thank you."), by=editor)
    assert (comment.author, comment.status) == (editor, "approved")
    assert counts() == [1]


@pytest.mark.parametrize("who", [wren, rory, mallory])
def test_others_moderate_nothing(who):
    user, comment = who(), CommentFactory()
    for action in (
        actions.approve_comments,
        actions.mark_comments_as_spam,
        actions.remove_comments,
        actions.move_comments_to_trash,
        actions.restore_comments,
    ):
        with pytest.raises(PermissionDenied):
            action(Comment.objects.all(), by=user)
    with pytest.raises(PermissionDenied):
        actions.save_comment(comment, by=user, fields=["body"])
    assert fresh(comment).version == 1


# Categories and tags


def test_a_topic_in_use_stays():
    editor, category, tag = ed(), CategoryFactory(), TagFactory()
    PostFactory(category=category, trashed=True).tags.add(tag)
    with pytest.raises(actions.InUseError, match="in use"):
        actions.delete_category(category, by=editor)
    with pytest.raises(actions.InUseError, match="in use"):
        actions.delete_tag(tag, by=editor)
    Post.objects.all().delete()
    actions.delete_category(category, by=editor)
    actions.delete_tag(tag, by=editor)
    assert not type(category).objects.exists()
    assert not type(tag).objects.exists()


def test_a_writer_deletes_no_topic():
    with pytest.raises(PermissionDenied):
        actions.delete_category(CategoryFactory(), by=wren())


def test_the_clock_is_the_database_s():
    """Times of one transaction are equal, and no client's clock is in them."""
    post = PostFactory()
    actions.publish_post(post, by=ed())
    assert post.published_at == post.updated_at
    assert abs(post.published_at - timezone.now()) < datetime.timedelta(minutes=5)
