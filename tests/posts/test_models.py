"""What the database itself refuses, whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.posts.models import Comment, Post
from tests.factories import CategoryFactory, CommentFactory, PostFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"kind": "book"},
        {"status": "lost"},
        {"status": "scheduled", "publish_at": None},
        {"status": "published", "published_at": None},
    ],
)
def test_an_impossible_post_is_refused(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        PostFactory(**fields)


def test_a_slug_is_unique_over_the_trash():
    PostFactory(slug="harbour", trashed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostFactory(slug="harbour")


def test_many_posts_have_no_import_key_and_one_has_each():
    PostFactory.create_batch(2, import_key=None)
    PostFactory(import_key="wxr:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        PostFactory(import_key="wxr:1")


@pytest.mark.parametrize("fields", [{"author_name": ""}, {"status": "lost"}])
def test_an_impossible_comment_is_refused(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        CommentFactory(**fields)


@pytest.mark.parametrize("factory", [CategoryFactory, TagFactory])
def test_names_and_slugs_of_topics_are_unique(factory):
    first = factory()
    for field in ("name", "slug"):
        with pytest.raises(IntegrityError), transaction.atomic():
            factory(**{field: getattr(first, field)})


def test_rows_written_past_django_get_the_database_s_defaults():
    post = PostFactory()
    Post.objects.filter(pk=post.pk).delete()
    post = Post(title="x", slug="x", author=post.author)
    post.save()
    post.refresh_from_db()
    assert (post.status, post.kind, post.version, post.comment_count) == ("draft", "post", 1, 0)
    assert post.created_at == post.updated_at
    assert post.deleted_at is None


def test_a_comment_is_by_an_account_or_by_a_visitor():
    by_visitor = CommentFactory()
    by_account = CommentFactory(author=UserFactory(name="Wren"), author_name="")
    assert (by_visitor.written_by, by_account.written_by) == ("K. Dahl", "Wren")
    assert str(Comment(body="x" * 100)) == "x" * 60


def test_a_constraint_is_judged_unless_a_column_of_it_is_left_out():
    post = PostFactory.build(
        status="scheduled", publish_at=None, title="", slug="harbour", author=None
    )

    with pytest.raises(ValidationError, match="needs the time"):
        post.validate_constraints(exclude={"slug", "import_key", "title", "kind", "published_at"})
    post.validate_constraints(exclude={"slug", "import_key", "title", "kind", "status"})
    with pytest.raises(ValidationError, match="Give the post a title"):
        post.validate_constraints(exclude={"slug", "import_key", "kind", "status"})
