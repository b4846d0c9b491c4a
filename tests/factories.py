"""Objects that are valid by default, and a small cast of staff, one per role.

`olive()` may do everything, `ed()` edits, `wren()` writes, `maud()` moderates, `rory()` may
only read, `otto()` operates, `mallory()` is staff and may nothing.
"""

import datetime

import factory
from django.contrib.auth.models import Group

from apps.editing.models import PendingEdit
from apps.posts.models import Category, Comment, Post, Tag
from apps.users.models import Profile, User

PASSWORD = "correct-horse-battery"
EPOCH = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
FAR_FUTURE = datetime.datetime(2126, 1, 1, 9, 0, tzinfo=datetime.UTC)


class UserFactory(factory.django.DjangoModelFactory):
    """`role="Editor"` makes the user staff with that role."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttributeSequence(lambda user, n: f"person{n}@example.com")
    password = factory.django.Password(PASSWORD)
    # The database's default is its own clock, which no test can freeze.
    created_at = factory.Sequence(lambda n: EPOCH + datetime.timedelta(minutes=n))
    updated_at = factory.SelfAttribute("created_at")

    class Params:
        staff = factory.Trait(is_staff=True)

    @factory.post_generation
    def role(self, create, name, **kwargs):
        if create and name:
            self.groups.add(Group.objects.get(name=name))


class ProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Profile

    user = factory.SubFactory(UserFactory)
    bio = "Writes about rivers."
    website = "https://example.com/"


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"Tag {n}")
    slug = factory.Sequence(lambda n: f"tag-{n}")


class PostFactory(factory.django.DjangoModelFactory):
    """A draft; `status=…` brings the times that this status needs."""

    class Meta:
        model = Post

    title = factory.Sequence(lambda n: f"Post {n}")
    slug = factory.Sequence(lambda n: f"post-{n}")
    content = "Dredging of the inner harbour will begin in **January**."
    author = factory.SubFactory(UserFactory)
    created_at = factory.Sequence(lambda n: EPOCH + datetime.timedelta(minutes=n))
    updated_at = factory.SelfAttribute("created_at")

    @factory.lazy_attribute
    def submitted_at(self):
        return self.created_at if self.status == Post.Status.REVIEW else None

    @factory.lazy_attribute
    def publish_at(self):
        return FAR_FUTURE if self.status == Post.Status.SCHEDULED else None

    @factory.lazy_attribute
    def published_at(self):
        was = (Post.Status.PUBLISHED, Post.Status.ARCHIVED)
        return self.created_at if self.status in was else None

    first_published_at = factory.SelfAttribute("published_at")

    class Params:
        trashed = factory.Trait(deleted_at=EPOCH)

    status = Post.Status.DRAFT


class CommentFactory(factory.django.DjangoModelFactory):
    """A visitor's, pending. The post's `comment_count` is not touched."""

    class Meta:
        model = Comment

    post = factory.SubFactory(PostFactory)
    author_name = "K. Dahl"
    author_email = "dahl@example.com"
    body = factory.Sequence(lambda n: f"Comment {n}")
    created_at = factory.Sequence(lambda n: EPOCH + datetime.timedelta(minutes=n))
    updated_at = factory.SelfAttribute("created_at")

    class Params:
        trashed = factory.Trait(deleted_at=EPOCH)


def staff(name: str, role: str | None = None, **fields) -> User:
    fields = {"email": f"{name.lower()}@example.com", **fields}
    return UserFactory(name=name, staff=True, role=role, **fields)


class PendingEditFactory(factory.django.DjangoModelFactory):
    """Of a post's title, begun at its first version."""

    class Meta:
        model = PendingEdit

    user = factory.SubFactory(UserFactory)
    object_type = "posts.post"
    object_id = factory.LazyAttribute(lambda edit: PostFactory().pk)
    object_label = "Harbour dredging"
    opened_version = 1
    submission = factory.Sequence(lambda n: f"form {n}")
    payload = factory.LazyFunction(lambda: {"data": {"title": ["My title"]}, "files": {}})
    cause = PendingEdit.Cause.SESSION


def olive(**fields) -> User:
    return staff("Olive", "Admin", **fields)


def ed(**fields) -> User:
    return staff("Ed", "Editor", **fields)


def wren(**fields) -> User:
    return staff("Wren", "Writer", **fields)


def maud(**fields) -> User:
    return staff("Maud", "Moderator", **fields)


def rory(**fields) -> User:
    return staff("Rory", "Analyst", **fields)


def otto(**fields) -> User:
    return staff("Otto", "Operator", **fields)


def mallory(**fields) -> User:
    return staff("Mallory", **fields)
