import uuid

import pytest
from django.db import IntegrityError, models
from django.db.migrations import AddField, AlterField
from django.utils import timezone
from syzygy import Stage

from apps.database.operations import AlterFieldType


def author_with_key(field: models.Field) -> AlterField:
    return AlterField("author", "id", field)


def title(**options) -> AlterField:
    return AlterField("post", "title", models.CharField(**options))


def score(field: models.Field) -> AlterField:
    return AlterField("post", "score", field)


REWRITES = {
    "int to bigint": (score(models.BigIntegerField(null=True)), "bigint, which was integer"),
    "int to text": (score(models.TextField(null=True)), "text, which was integer"),
    "varchar to int": (AlterField("post", "title", models.IntegerField()), "integer"),
    "the key of others": (author_with_key(models.BigAutoField(primary_key=True)), "bigint"),
}


@pytest.mark.parametrize(("operation", "words"), REWRITES.values(), ids=REWRITES)
def test_a_change_that_writes_the_rows_again_is_refused(operation, words, blog):
    (refusal,) = blog.lint(operation)

    assert words in refusal.unsafe
    assert "ACCESS EXCLUSIVE" in refusal.why
    assert "AlterFieldType(" in str(refusal)


@pytest.mark.parametrize("name", REWRITES)
def test_its_recipe_is_accepted(name, blog):
    (refusal,) = blog.lint(REWRITES[name][0])

    assert [blog.lint_migration(blog.pasted(paste)) for paste in refusal.recipe] == [[]]


MORE = {
    "not null": models.BigIntegerField(default=0),
    "unique": models.BigIntegerField(null=True, unique=True),
    "a default": models.BigIntegerField(null=True, db_default=1),
}


@pytest.mark.parametrize("field", MORE.values(), ids=MORE)
def test_what_else_is_new_has_an_operation_of_its_own(field, live_blog, follows):
    refusals = live_blog.lint(AlterFieldType("post", "score", field))

    assert "changes more of blog_post.score" in str(refusals[0])
    assert len(refusals[0].recipe) == 2
    follows(refusals[0])


def test_a_checked_type_comes_after_the_plain_one(live_blog, follows):
    (refusal,) = live_blog.lint(
        AlterFieldType("post", "score", models.PositiveBigIntegerField(null=True))
    )

    assert "changes more" in str(refusal)
    follows(refusal)


def test_and_goes_before_it(live_blog, follows):
    live_blog.stand(score(models.PositiveIntegerField(null=True)))
    (refusal,) = live_blog.lint(score(models.BigIntegerField(null=True)))

    follows(refusal)
    live_blog.state.apps.get_model("blog", "Post").objects.update(score=-(2**40))


def test_another_collation_is_refused(live_blog, follows):
    (refusal,) = live_blog.lint(title(max_length=50, db_collation="C"))

    assert "gives blog_post.title another collation" in str(refusal)
    follows(refusal)
    post = live_blog.state.apps.get_model("blog", "Post")
    assert post.objects.filter(title_collated="One").exists()


@pytest.mark.parametrize("name", ["int to bigint", "the key of others"])
def test_and_works(name, live_blog, follows):
    (refusal,) = live_blog.lint(REWRITES[name][0])

    follows(refusal)


def decimal(digits: int, places: int) -> AlterField:
    field = models.DecimalField(max_digits=digits, decimal_places=places, null=True)
    return AlterField("post", "price", field)


FREE = {
    "wider": title(max_length=80),
    "text": AlterField("post", "title", models.TextField()),
    "endless": title(),
    "a slug": AlterField("post", "title", models.SlugField(max_length=50)),
    "checked": score(models.PositiveIntegerField(null=True)),
    "unique": title(max_length=50, unique=True),
    "with an index": title(max_length=50, db_index=True),
    "null": title(max_length=50, null=True),
    "a default": title(max_length=50, db_default="x"),
    "a label": title(max_length=50, verbose_name="headline", help_text="short"),
    "a key set free": AlterField(
        "post",
        "author",
        models.ForeignKey("blog.Author", models.CASCADE, null=True, db_constraint=False),
    ),
}


@pytest.mark.parametrize("name", sorted(FREE))
def test_what_is_free_is_accepted(name, blog):
    assert blog.lint(FREE[name]) == []


@pytest.mark.parametrize("name", ["wider", "text", "endless"])
def test_the_way_down_of_a_wider_type_is_accepted_and_keeps_it(name, blog):
    assert blog.lint(FREE[name], backwards=True) == []


@pytest.mark.parametrize("digits", [8, 12])
def test_a_decimal_may_get_wider_but_not_finer(digits, blog):
    blog.state.add_field("blog", "post", "price", decimal(6, 2).field, True)

    assert blog.lint(decimal(digits, 2)) == []
    assert len(blog.lint(decimal(digits, 4))) == 1


def test_a_narrower_decimal_is_refused_and_a_constraint_does_it(live_blog, follows):
    live_blog.stand(AddField("post", "price", decimal(6, 2).field))
    (refusal,) = live_blog.lint(decimal(4, 2))

    follows(refusal)
    post = live_blog.state.apps.get_model("blog", "Post").objects
    post.update(price="99.99")
    with pytest.raises(IntegrityError):
        post.update(price="100.00")


def test_a_number_becomes_a_foreign_key_in_its_own_column(blog):
    number = models.BigIntegerField(null=True, db_column="about_id")
    blog.state.add_field("blog", "post", "about", number, True)
    key = models.ForeignKey("blog.Post", models.CASCADE, null=True)

    assert blog.lint(AlterField("post", "about", key)) == []


def test_a_narrower_varchar_is_refused_and_a_constraint_does_it(live_blog, follows):
    (refusal,) = live_blog.lint(title(max_length=20))

    assert "narrows blog_post.title to varchar(20)" in str(refusal)
    follows(refusal)


@pytest.mark.parametrize("options", [{}, {"stage": Stage.PRE_DEPLOY}])
def test_not_null_before_the_deploy_is_refused(options, live_blog, follows):
    (refusal,) = live_blog.lint(score(models.IntegerField(default=0)), **options)

    assert "refuses NULL before the deploy" in str(refusal)
    assert "stage = Stage.POST_DEPLOY" in str(refusal)
    follows(refusal)


def test_after_the_deploy_it_is_accepted(blog):
    operation = score(models.IntegerField(default=0))

    assert blog.lint(operation, stage=Stage.POST_DEPLOY) == []


def test_taking_back_null_is_after_the_code_was_taken_back(blog):
    operation = title(max_length=50, null=True)

    assert blog.lint(operation, backwards=True) == []
    assert len(blog.lint(operation, backwards=True, stage=Stage.POST_DEPLOY)) == 1


@pytest.mark.parametrize("operation", [AlterField, AlterFieldType])
def test_a_key_that_is_counted_does_not_become_another_by_its_type(operation, blog):
    """It has a sequence, and its numbers are no uuids: what would be pasted could not run."""
    (refusal,) = blog.lint(operation("post", "id", models.UUIDField(primary_key=True)))

    assert "blog_post.id" in refusal.unsafe
    assert refusal.recipe == ()


def test_a_default_that_old_code_leaves_to_the_database_goes_after_the_deploy(live_blog, follows):
    field = models.CharField(max_length=10, default="draft")
    (refusal,) = live_blog.lint(AlterField("post", "state", field))

    assert "blog_post.state loses its default before the deploy" in str(refusal)
    follows(refusal)
    assert live_blog.lint(AlterField("post", "state", field), backwards=True) == []


def another_code() -> str:
    return uuid.uuid4().hex


EACH_ITS_OWN = {
    "uuid": models.UUIDField(default=uuid.uuid4),
    "by code": models.CharField(max_length=32, default=another_code),
}


@pytest.mark.parametrize("field", EACH_ITS_OWN.values(), ids=EACH_ITS_OWN)
def test_rows_without_a_value_do_not_get_one_that_is_called_for_each(field, live_blog, follows):
    empty = field.clone()
    empty.null, empty.default = True, models.NOT_PROVIDED
    live_blog.stand(AddField("post", "code", empty))
    posts = live_blog.state.apps.get_model("blog", "Post").objects
    posts.create(title="Two")
    (refusal,) = live_blog.lint(AlterField("post", "code", field), stage=Stage.POST_DEPLOY)

    assert "it fills blog_post.code by a default that is called" in str(refusal)
    if "UUID" not in type(field).__name__:
        for post in posts.all():
            posts.filter(pk=post.pk).update(code=another_code())
    follows(refusal)
    assert len(set(posts.values_list("code", flat=True)) - {None}) == 2


def test_a_moment_is_the_same_for_all(blog):
    moment = models.DateTimeField(default=timezone.now)
    blog.stand(AddField("post", "moment", models.DateTimeField(null=True)))

    assert blog.lint(AlterField("post", "moment", moment), stage=Stage.POST_DEPLOY) == []
