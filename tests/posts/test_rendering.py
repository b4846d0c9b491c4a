import pytest
from pytest_django.asserts import assertNumQueries

from apps.posts import actions
from apps.posts.rendering import rendered_content
from tests.factories import PostFactory, ed

pytestmark = pytest.mark.django_db(transaction=True)


def test_content_is_rendered_once_per_version():
    post = PostFactory(content="**One**")
    assert "<strong>One</strong>" in rendered_content(post.pk, post.version)
    with assertNumQueries(0):
        assert "<strong>One</strong>" in rendered_content(post.pk, post.version)


def test_a_new_version_is_rendered_anew():
    post = PostFactory(content="**One**")
    rendered_content(post.pk, 1)
    post.content = "**Two**"
    actions.save_post(post, by=ed(), fields=["content"])
    assert "<strong>Two</strong>" in rendered_content(post.pk, post.version)


def test_a_version_that_is_gone_has_none():
    post = PostFactory()
    assert rendered_content(post.pk, 9) is None
    assert rendered_content(0, 1) is None


def test_it_stays_safe_to_show_when_it_comes_from_the_cache():
    post = PostFactory(content="a & <b>")
    for _ in range(2):
        assert hasattr(rendered_content(post.pk, 1), "__html__")
