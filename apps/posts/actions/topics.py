from collections.abc import Collection

from django.db import models, transaction
from django.db.models import F

from apps.posts.models import Category, Post, Tag
from apps.posts.rights import require
from apps.users.models import User


class InUseError(Exception):
    """Posts, perhaps in the trash, have the category or tag; the text is for staff."""


def save_topic(topic: Category | Tag, *, by: User, fields: Collection[str]) -> None:
    """Write the named fields as a new version."""
    require(by, f"posts.change_{topic._meta.model_name}")
    values = {name: getattr(topic, name) for name in fields}
    if values:
        rows = type(topic).objects.filter(pk=topic.pk)
        rows.update(**values, version=F("version") + 1)


def delete_category(category: Category, *, by: User) -> None:
    """Raises InUseError if a post has it."""
    require(by, "posts.delete_category")
    _delete_unused(category, Post.objects.filter(category=category))


def delete_tag(tag: Tag, *, by: User) -> None:
    """Raises InUseError if a post has it."""
    require(by, "posts.delete_tag")
    _delete_unused(tag, Post.tags.through.objects.filter(tag=tag))


@transaction.atomic
def _delete_unused(topic: Category | Tag, users: models.QuerySet) -> None:
    """The lock keeps a post that is being saved with the topic waiting until this is decided."""
    type(topic).objects.select_for_update().filter(pk=topic.pk).first()
    if users.exists():
        raise InUseError(f"“{topic}” is in use, so it stays.")
    type(topic).objects.filter(pk=topic.pk).delete()
