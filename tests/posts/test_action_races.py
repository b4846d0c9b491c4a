"""Actions against each other, in real threads on PostgreSQL."""

from functools import partial

import pytest

from apps.posts import actions
from apps.posts.models import Category, Comment, Post
from tests.clients import StaffClient
from tests.factories import CategoryFactory, CommentFactory, PostFactory, ed, maud, olive
from tests.races import at_once
from tests.sizes import size

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("postgres")]
ROUNDS = size(10, 100)


def test_of_two_editors_who_publish_one_post_one_learns_that_he_was_late():
    editors = [ed(), olive()]
    for _ in range(ROUNDS):
        post = PostFactory()
        copies = [Post.objects.get(pk=post.pk) for _ in editors]
        results = at_once(
            *(
                partial(actions.publish_post, copy, by=by)
                for copy, by in zip(copies, editors, strict=True)
            )
        )
        errors = [result for result in results if isinstance(result, Exception)]
        assert [type(error) for error in errors] == [actions.StepNotPossibleError]
        assert "is published" in str(errors[0])
        assert Post.objects.get(pk=post.pk).version == 2


def test_of_two_editors_who_press_publish_one_keeps_his_input_and_reads_why():
    """Over HTTP: the second waits for the row, and his form judges what the first has made."""
    clients = []
    for editor in (ed(), olive()):
        client = StaffClient()
        client.force_login(editor)
        clients.append(client)
    for number in range(ROUNDS):
        post = PostFactory()
        page = f"/admin/posts/post/{post.pk}/change/"
        form = {
            "title": f"Typed {number}", "slug": post.slug, "content": "", "kind": "post",
            "author": post.author_id, "_publish": "1",
        }  # fmt: skip
        answers = at_once(*(partial(client.post, page, form) for client in clients))
        won, lost = sorted(answers, key=lambda answer: -answer.status_code)
        assert (won.status_code, lost.status_code) == (302, 200)
        assert "is published and cannot be published from there" in lost.content.decode()
        assert f'value="Typed {number}"' in lost.content.decode()
        assert Post.objects.get(pk=post.pk).version == 2


def test_sets_that_overlap_neither_deadlock_nor_publish_twice():
    editor = ed()
    for _ in range(ROUNDS):
        ids = [post.pk for post in PostFactory.create_batch(20)]
        chosen = Post.objects.filter(pk__in=ids)
        results = at_once(
            partial(actions.publish_posts, chosen.order_by("pk"), by=editor),
            partial(actions.publish_posts, chosen.order_by("-pk"), by=editor),
            partial(actions.publish_posts, chosen.newest_first(), by=editor),
        )
        assert sum(results) == 20
        assert set(chosen.values_list("version", flat=True)) == {2}


def test_a_set_does_not_publish_what_went_to_the_trash_meanwhile():
    editor = ed()
    for _ in range(ROUNDS):
        ids = [post.pk for post in PostFactory.create_batch(10)]
        chosen = Post.objects.filter(pk__in=ids)
        published, trashed = at_once(
            partial(actions.publish_posts, chosen, by=editor),
            partial(actions.move_posts_to_trash, chosen, by=editor),
        )
        assert trashed == 10
        assert chosen.filter(status="published").count() == published
        assert chosen.filter(version=3).count() == published


def test_posts_of_one_title_made_at_once_are_all_kept():
    editor = ed()
    results = at_once(
        *[lambda: actions.create_post(Post(title="Harbour", author=editor), by=editor)] * 8
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    slugs = set(Post.objects.values_list("slug", flat=True))
    assert len(slugs) == 8
    assert "harbour" in slugs


def test_the_counts_are_right_when_moderators_meet():
    moderator = maud()
    posts = PostFactory.create_batch(5)
    for post in posts:
        CommentFactory.create_batch(4, post=post)
    chosen = Comment.objects.all()
    for _ in range(ROUNDS):
        results = at_once(
            partial(actions.approve_comments, chosen.filter(pk__gt=5), by=moderator),
            partial(actions.mark_comments_as_spam, chosen.filter(pk__lt=15), by=moderator),
            partial(actions.approve_comments, chosen.order_by("-post_id"), by=moderator),
            partial(actions.move_comments_to_trash, chosen.filter(pk__gt=10), by=moderator),
            partial(actions.restore_comments, chosen, by=moderator),
        )
        assert [result for result in results if isinstance(result, Exception)] == []
        for post in posts:
            counted = Comment.objects.counted().filter(post=post).count()
            assert Post.objects.get(pk=post.pk).comment_count == counted


def test_a_category_is_not_deleted_from_under_a_post():
    editor = ed()
    for _ in range(ROUNDS):
        post, category = PostFactory(), CategoryFactory()
        post.category = category
        saved, deleted = at_once(
            partial(actions.save_post, post, by=editor, fields=["category"]),
            partial(actions.delete_category, category, by=editor),
        )
        if isinstance(deleted, actions.InUseError):
            assert saved == post
            assert Post.objects.get(pk=post.pk).category == category
        else:
            assert deleted is None
            assert type(saved).__name__ == "IntegrityError"
            assert not Category.objects.filter(pk=category.pk).exists()
