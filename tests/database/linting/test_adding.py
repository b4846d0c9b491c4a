import uuid

import pytest
from django.db import models
from django.db.migrations import AddField, AlterOrderWithRespectTo, CreateModel, RemoveField
from django.db.models.functions import Lower, Now

from apps.database.expressions import ClockTime, RandomUUID


def add(field: models.Field, **options) -> AddField:
    return AddField("post", "extra", field, **options)


NOT_NULL = {
    "false": models.BooleanField(default=False),
    "no default": models.CharField(max_length=5),
    "a list": models.JSONField(default=list),
    "a date": models.DateField(),
    "a moment": models.DateTimeField(auto_now_add=True),
    "a positive number": models.PositiveIntegerField(default=3),
    "a decimal": models.DecimalField(max_digits=5, decimal_places=2),
    "a duration": models.DurationField(),
    "an address": models.GenericIPAddressField(),
    "a uuid": models.UUIDField(default=uuid.uuid4),
    "NULL itself": models.IntegerField(db_default=models.Value(None)),
    "a foreign key": models.ForeignKey("blog.Author", models.CASCADE),
}


@pytest.mark.parametrize("field", NOT_NULL.values(), ids=NOT_NULL)
def test_not_null_without_a_default_of_the_database_is_refused_and_its_recipe_works(
    field, live_blog, follows
):
    (refusal,) = live_blog.lint(add(field))

    assert "NOT NULL without a default of the database" in str(refusal)
    assert "23502" in str(refusal)
    follows(refusal)


def token() -> str:
    return uuid.uuid4().hex


ANOTHER_FOR_EACH = {
    "uuid": models.UUIDField(default=uuid.uuid4),
    "unique uuid": models.UUIDField(default=uuid.uuid4, unique=True),
    "token": models.CharField(max_length=32, default=token, unique=True),
    "no default": models.SlugField(unique=True),
    "a constant": models.SlugField(unique=True, default="", db_default=""),
}


@pytest.mark.parametrize("field", ANOTHER_FOR_EACH.values(), ids=ANOTHER_FOR_EACH)
def test_what_is_another_for_each_row_is_so_for_those_there_are(field, live_blog, follows):
    """The rows there are get no value, or each its own: none that is alike."""
    live_blog.state.apps.get_model("blog", "Post").objects.create(title="Two")
    (refusal,) = live_blog.lint(add(field))

    follows(refusal)
    values = live_blog.state.apps.get_model("blog", "Post").objects.values_list("extra", flat=True)
    known = [value for value in values if value is not None]
    assert len(known) == (2 if isinstance(field, models.UUIDField) else 0)
    assert len(set(known)) == len(known)


def test_a_default_for_this_migration_alone_leaves_the_models(live_blog, follows):
    field = models.IntegerField(default=7)
    (refusal,) = live_blog.lint(add(field, preserve_default=False))

    assert "IntegerField(db_default=7)" in str(refusal)
    follows(refusal)


def test_taking_back_a_removal_is_an_addition(blog):
    removed = RemoveField("author", "name")

    assert any("adds blog_author.name" in str(it) for it in blog.lint(removed, backwards=True))


SAFE = {
    "null": models.IntegerField(null=True),
    "a constant": models.BooleanField(default=False, db_default=False),
    "the moment of the statement": models.DateTimeField(db_default=Now()),
    "an immutable function": models.CharField(db_default=Lower(models.Value("A"))),
    "null, with a default in Python": models.CharField(max_length=5, null=True, default="x"),
    "null, and empty": models.JSONField(null=True, default=dict),
    "a key": models.ForeignKey("blog.Author", models.CASCADE, null=True),
    "many to many": models.ManyToManyField("blog.Author"),
    "unique": models.CharField(max_length=5, null=True, unique=True),
}


@pytest.mark.parametrize("field", SAFE.values(), ids=SAFE)
def test_nothing_is_said_against(field, blog):
    assert blog.lint(add(field)) == []


def test_nor_in_a_database(live_blog):
    for field in SAFE.values():
        assert live_blog.lint(add(field)) == []


VOLATILE = {
    "uuid": (models.UUIDField(db_default=RandomUUID()), "gen_random_uuid()"),
    "clock": (models.DateTimeField(db_default=ClockTime()), "clock_timestamp()"),
    "null too": (models.UUIDField(null=True, db_default=RandomUUID()), "gen_random_uuid()"),
}


@pytest.mark.parametrize(("field", "function"), VOLATILE.values(), ids=VOLATILE)
def test_a_volatile_default_is_refused(field, function, blog):
    (refusal,) = blog.lint(add(field))

    assert f"the volatile default {function}" in str(refusal)
    assert "ACCESS EXCLUSIVE" in str(refusal)


@pytest.mark.parametrize(("field", "function"), VOLATILE.values(), ids=VOLATILE)
def test_it_can_be_had_in_phases(field, function, live_blog, follows):
    (refusal,) = live_blog.lint(add(field))

    follows(refusal)


def test_the_database_knows_which_functions_are_volatile(live_blog):
    with live_blog.tables.connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION dice() RETURNS int LANGUAGE sql VOLATILE RETURN 4")
    dice = models.Func(function="dice", arity=0, output_field=models.IntegerField())
    dice.allowed_default = True

    (refusal,) = live_blog.lint(add(models.IntegerField(db_default=dice)))
    assert "dice()" in str(refusal)


def test_a_default_that_is_called_is_one_value_for_all_rows(live_blog, follows):
    (refusal,) = live_blog.lint(add(models.UUIDField(null=True, default=uuid.uuid4)))

    assert "calls it once" in str(refusal)
    follows(refusal)


def test_a_stored_expression_is_refused(live_blog, follows):
    field = models.GeneratedField(
        expression=Lower("title"), output_field=models.CharField(max_length=50), db_persist=True
    )
    (refusal,) = live_blog.lint(add(field))

    assert "generated and stored" in str(refusal)
    follows(refusal)
    [post] = live_blog.state.apps.get_model("blog", "Post").objects.all()
    assert post.extra == post.title.lower()


def test_an_order_column_is_refused(live_blog, follows):
    assert live_blog.lint(AlterOrderWithRespectTo("post", None)) == []
    (refusal,) = live_blog.lint(AlterOrderWithRespectTo("post", "author"))

    follows(refusal)


def test_a_new_table_may_have_any_column(blog):
    made = CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])
    column = AddField("note", "key", models.UUIDField(db_default=RandomUUID()))

    assert blog.lint(made, column, AddField("note", "text", models.TextField())) == []
