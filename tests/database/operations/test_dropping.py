"""A column that new code does not know, and then nobody."""

import re

import pytest
from django.db import models

from apps.database.errors import Refused
from apps.database.operations import DropColumn, RetireField

# Only what an operation leaves in the tables of this app is emptied after a test.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])

TEXT = models.CharField(max_length=50, db_default="lower", db_comment="It's old.")
TITLE = models.CharField(max_length=50, unique=True, db_default="")
AUTHOR = models.ForeignKey("scratch.Author", models.CASCADE, null=True)
STEPS = {
    "lower": (RetireField("post", "lower"), DropColumn("post", "lower", TEXT)),
    "title": (RetireField("post", "title", db_default=""), DropColumn("post", "title", TITLE)),
    "author": (RetireField("post", "author"), DropColumn("post", "author", AUTHOR)),
}


@pytest.fixture
def bare(schema):
    """Without indexes and constraints of several columns: makemigrations removes them before."""
    schema.forget("scratch_lower", "scratch_not_upper", "scratch_pair")
    return schema


@pytest.mark.parametrize("field", STEPS)
def test_old_and_new_code_write_between_the_steps(field, bare, postgres):
    old = bare.model("Post")
    old.objects.filter(pk__gt=1).delete()
    retire, drop = STEPS[field]

    bare.up(retire)
    new = bare.model("Post")
    assert field not in [one.name for one in new._meta.get_fields()]
    titles = [{} if field == "title" else {"title": f"New {number}"} for number in range(2)]
    rows = [new.objects.create(**title) for title in titles]
    old.objects.create(title="Of old code")
    assert new.objects.count() == 4
    bare.up(drop)

    assert new.objects.create(**({} if field == "title" else {"title": "After"})).pk
    assert len(rows) == 2


def test_new_code_deletes_what_a_retired_key_refers_to(bare, postgres):
    bare.up(STEPS["author"][0])

    bare.model("Author").objects.first().delete()


def nameless(shape: dict[str, list]) -> dict[str, list]:
    """Django has another name for a unique constraint that comes after its table."""
    name = re.compile(r"scratch_post_title_\w+")
    return {table: sorted(name.sub("", str(row)) for row in rows) for table, rows in shape.items()}


@pytest.mark.parametrize("field", STEPS)
def test_up_down_and_up_again(field, bare):
    shape = nameless(bare.shape())
    retire, drop = STEPS[field]

    bare.up(retire, drop)
    dropped = bare.shape()
    assert nameless(dropped) != shape
    # Empty and unique do not go together: with two rows the way down would be refused.
    if field == "title":
        bare.model("Post").objects.filter(pk__gt=1).delete()
    bare.down(retire, drop)
    assert nameless(bare.shape()) == shape
    bare.up(retire, drop)
    assert bare.shape() == dropped


def test_a_column_that_is_not_null_needs_its_default(bare):
    with pytest.raises(Refused, match="db_default"):
        bare.up(RetireField("post", "title"))
