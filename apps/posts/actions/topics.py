from collections.abc import Collection

from django.db import models, transaction
from django.db.models import F

from apps.activity.actions import record, record_many
from apps.activity.changes import changed, created, deleted
from apps.activity.states import states
from apps.posts.models import Category, Post, Tag
from apps.posts.rights import require
from apps.users.models import User


class InUseError(Exception):
    """Posts, perhaps in the trash, have the category or tag; the text is for staff."""


@transaction.atomic
def create_topic(topic: Category | Tag, *, by: User) -> None:
    require(by, f"posts.add_{topic._meta.model_name}")
    topic.save(force_insert=True)
    record(created(topic), "create", by=by)


@transaction.atomic
def save_topic(topic: Category | Tag, *, by: User, fields: Collection[str]) -> None:
    """Write the named fields as a new version."""
    require(by, f"posts.change_{topic._meta.model_name}")
    values = {name: getattr(topic, name) for name in fields}
    if values:
        rows = type(topic).objects.filter(pk=topic.pk)
        before = states(rows.select_for_update(no_key=True), values)
        rows.update(**values, version=F("version") + 1)
        record_many(changed(type(topic), before, values), "change", by=by)


def delete_category(category: Category, *, by: User) -> None:
    """Raises InUseError if a post has it."""
    require(by, "posts.delete_category")
    _delete_unused(category, Post.objects.filter(category=category), by)


def delete_tag(tag: Tag, *, by: User) -> None:
    """Raises InUseError if a post has it."""
    require(by, "posts.delete_tag")
    _delete_unused(tag, Post.tags.through.objects.filter(tag=tag), by)


@transaction.atomic
def _delete_unused(topic: Category | Tag, users: models.QuerySet, by: User) -> None:
    """The lock keeps a post that is being saved with the topic waiting until this is decided."""
    rows = type(topic).objects.filter(pk=topic.pk)
    rows.select_for_update().first()
    if users.exists():
        raise InUseError(f"“{topic}” is in use, so it stays.")
    gone, _ = rows.delete()
    # Somebody else may have been faster.
    if gone:
        record(deleted(topic), "delete", by=by)
