"""The pages of categories and tags over HTTP."""

import pytest
from django.urls import reverse

from apps.posts.models import Category, Post, Tag
from tests.factories import CategoryFactory, PostFactory, TagFactory, ed, maud, rory, wren

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize(
    ("model", "factory"), [(Category, CategoryFactory), (Tag, TagFactory)]
)


def address(model, page: str, *args) -> str:
    return reverse(f"admin:posts_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def as_(client):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


@BOTH
def test_an_editor_adds_changes_and_deletes(as_, model, factory):
    client = as_(ed())
    client.post(address(model, "add"), {"name": "Harbour", "slug": "harbour", "position": 1})
    topic = model.objects.get()
    page = address(model, "change", topic.pk)
    client.post(page, {"name": "The harbour", "slug": "harbour", "position": 1})
    topic = model.objects.get()
    assert (topic.name, topic.slug, topic.version) == ("The harbour", "harbour", 2)
    client.post(page, {"name": "The harbour", "slug": "harbour", "position": 1})
    assert model.objects.get().version == 2
    client.post(address(model, "delete", topic.pk), {"post": "yes"})
    assert not model.objects.exists()


@BOTH
@pytest.mark.parametrize("who", [wren, maud, rory])
def test_others_read_only(as_, model, factory, who):
    client, topic = as_(who()), factory()
    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "change", topic.pk)).status_code == 200
    assert client.post(address(model, "change", topic.pk), {"name": "x"}).status_code == 403
    assert client.post(address(model, "add"), {"name": "x"}).status_code == 403
    assert client.post(address(model, "delete", topic.pk), {"post": "yes"}).status_code == 403
    assert model.objects.get().version == 1


@BOTH
def test_a_taken_name_or_slug_is_an_error(as_, model, factory):
    taken = factory()
    answer = as_(ed()).post(
        address(model, "add"), {"name": taken.name, "slug": taken.slug, "position": 0}
    )
    assert answer.status_code == 200
    assert f"A {model._meta.verbose_name} with this name exists already." in answer.content.decode()
    assert model.objects.count() == 1


def use(topic, count: int) -> None:
    posts = PostFactory.create_batch(count, category=topic if type(topic) is Category else None)
    if type(topic) is Tag:
        topic.posts.set(posts)


@BOTH
def test_what_is_in_use_is_kept_and_says_how_many_use_it(as_, model, factory):
    client, topic = as_(ed()), factory()
    page = address(model, "delete", topic.pk)
    for count, text in ((1, "1 post uses it"), (101, "100+ posts use it")):
        use(topic, count)
        assert text in client.get(page).content.decode()
    client.post(page, {"post": "yes"})
    assert model.objects.filter(pk=topic.pk).exists()


@BOTH
def test_what_came_into_use_meanwhile_is_kept_too(as_, model, factory, monkeypatch):
    topic = factory()
    use(topic, 1)
    Post.objects.update(deleted_at="2026-01-01T00:00Z")
    monkeypatch.setattr("apps.posts.admin.topics.users_of", lambda posts: [])
    answer = as_(ed()).post(address(model, "delete", topic.pk), {"post": "yes"}, follow=True)
    assert "is in use, so it stays" in answer.content.decode()
    assert model.objects.filter(pk=topic.pk).exists()
