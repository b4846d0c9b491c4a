import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertNumQueries
from zeal import zeal_context
from zeal.errors import NPlusOneError

from apps.posts.models import Comment, Post
from apps.users.models import User
from tests.factories import EPOCH, CategoryFactory, CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_live_and_trashed_share_the_posts_between_them():
    live, trashed = PostFactory(), PostFactory(trashed=True)
    assert list(Post.objects.live()) == [live]
    assert list(Post.objects.trashed()) == [trashed]


def test_published_leaves_out_the_trash():
    published = PostFactory(status="published")
    PostFactory(status="published", trashed=True)
    PostFactory(status="archived")
    assert list(Post.objects.published()) == [published]
    assert published.published


def test_newest_first_has_one_order_for_equal_times():
    posts = PostFactory.create_batch(3, created_at=EPOCH)
    newer = PostFactory(created_at=EPOCH + datetime.timedelta(seconds=1))
    assert list(Post.objects.newest_first()) == [newer, *reversed(posts)]


def test_with_author_costs_one_statement():
    PostFactory.create_batch(3, category=CategoryFactory())
    with assertNumQueries(1):
        named = {(p.author.name, p.category.name) for p in Post.objects.with_author()}
    assert len(named) == 3


def test_without_it_each_author_is_one_more_and_the_guard_says_so():
    PostFactory.create_batch(3)
    with pytest.raises(NPlusOneError), zeal_context():
        _ = [post.author.name for post in Post.objects.all()]


def test_in_review_begins_with_who_waits_the_longest():
    first, second = PostFactory(status="review"), PostFactory(status="review")
    Post.objects.filter(pk=first.pk).update(submitted_at=EPOCH + datetime.timedelta(days=400))
    PostFactory(status="review", trashed=True)
    assert list(Post.objects.in_review()) == [second, first]


def test_drafts_of_an_author():
    author = UserFactory()
    older, newer = PostFactory.create_batch(2, author=author)
    PostFactory()
    PostFactory(author=author, status="review")
    assert list(Post.objects.drafts_of(author)) == [newer, older]


def test_comments_counted_pending_and_newest_first():
    approved = CommentFactory(status="approved")
    CommentFactory(status="approved", trashed=True)
    older, newer = CommentFactory.create_batch(2)
    assert list(Comment.objects.counted()) == [approved]
    assert list(Comment.objects.pending()) == [older, newer]
    assert list(Comment.objects.live().newest_first()) == [newer, older, approved]


def test_comments_with_author_cost_one_statement():
    CommentFactory.create_batch(3, author=UserFactory())
    with assertNumQueries(1):
        assert all(c.author.name and c.post.title for c in Comment.objects.with_author())


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize(
    ("queryset", "index"),
    [
        (lambda: Post.objects.in_review()[:6], "idx_posts_review"),
        # Of few comments the one costs what the other does.
        (lambda: Comment.objects.pending()[:6], "idx_comments_(pending|status)"),
        (lambda: Post.objects.drafts_of(User.objects.first())[:6], "idx_author_status"),
    ],
)
def test_the_home_page_s_reads_have_their_index(queryset, index):
    """Without a sort, so that the first six cost the same whatever waits behind them."""
    # Of an empty table the planner knows nothing and takes any index.
    authors = UserFactory.create_batch(40)
    posts = Post.objects.bulk_create(
        Post(title="Ferry", slug=f"{n}", author=authors[n % 40], status=["draft", "review"][n % 2])
        for n in range(2_000)
    )
    Comment.objects.bulk_create(
        Comment(post=post, author_name="K.", status="approved" if n % 20 else "pending")
        for n, post in enumerate(posts[:400])
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE posts, comments")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = queryset().explain()
    assert re.search(index, plan)
    assert "Sort" not in plan


def test_lists_of_a_page_load_no_content():
    PostFactory()
    with CaptureQueriesContext(connection) as queries:
        list(Post.objects.in_review().values("pk", "title"))
    assert '"content"' not in queries[0]["sql"]
