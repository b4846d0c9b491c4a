import pytest
from django.db import connection, models
from django.db.migrations import (
    AddField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
)
from syzygy import Stage


def code() -> str:
    return "x"


class Coded(models.Field):
    """Only its author knows a default for it."""

    def db_type(self, connection):
        return "text"


DEMANDS = {
    "not null": (models.CharField(max_length=9, default="x"), "is NOT NULL, and has no default"),
    "no default": (models.CharField(max_length=9, default=""), "23502"),
    "a key": (models.ForeignKey("blog.Author", models.CASCADE, null=True), "23503"),
    "a key, not null": (models.ForeignKey("blog.Author", models.CASCADE, default=1), "23502"),
    "one to one": (models.OneToOneField("blog.Author", models.CASCADE, null=True), "23503"),
    "unique": (models.CharField(max_length=9, unique=True, db_default="x"), "23505"),
    "no neutral value": (Coded(default=code), "23502"),
}


@pytest.mark.parametrize(("field", "words"), DEMANDS.values(), ids=DEMANDS)
def test_a_column_that_asks_something_of_those_who_forgot_it_is_refused(
    field, words, live_blog, follows
):
    live_blog.stand(AddField("post", "extra", field))
    (refusal,) = live_blog.lint(RemoveField("post", "extra"))

    assert words in str(refusal)
    *before, after = ["before the deploy" in it.title.lower() for it in refusal.recipe]
    assert (set(before), after) == ({True}, False)
    assert "stage" not in refusal.recipe[-1].body
    follows(refusal)


QUIET = {
    "null": models.CharField(max_length=9, null=True),
    "with a default": models.IntegerField(db_default=0),
    "a key without constraint": models.ForeignKey(
        "blog.Author", models.CASCADE, null=True, db_constraint=False
    ),
    "many to many": models.ManyToManyField("blog.Author", related_name="+"),
}


@pytest.mark.parametrize("field", QUIET.values(), ids=QUIET)
def test_a_column_that_asks_nothing_goes_after_the_deploy(field, blog):
    blog.stand(AddField("post", "extra", field))

    assert blog.lint(RemoveField("post", "extra")) == []
    (refusal,) = blog.lint(RemoveField("post", "extra"), stage=Stage.PRE_DEPLOY)
    assert "before the deploy" in str(refusal)
    assert blog.lint_migration(blog.pasted(refusal.recipe[0])) == []


def test_taking_back_an_addition_is_accepted(blog):
    assert blog.lint(AddField("post", "x", models.IntegerField(db_default=0)), backwards=True) == []


def test_an_apps_first_migration_can_be_taken_back(blog):
    tables = [
        CreateModel(name, [("id", models.AutoField(primary_key=True))]) for name in ("Note", "Mark")
    ]

    assert blog.lint(*tables, backwards=True) == []


def test_a_table_goes_after_the_deploy(live_blog, follows):
    with connection.schema_editor(atomic=False) as editor:
        note = CreateModel("Note", [("id", models.AutoField(primary_key=True))])
        live_blog.state = live_blog.migration(note).apply(live_blog.state, editor)
        live_blog.state.apps.get_model("blog", "Note").objects.create()

    assert live_blog.lint(DeleteModel("Note")) == []
    (refusal,) = live_blog.lint(DeleteModel("Note"), stage=Stage.PRE_DEPLOY)
    assert "drops the table blog_note before the deploy" in str(refusal)
    follows(refusal)


def test_a_table_lets_its_references_go_first(live_blog, follows):
    (refusal,) = live_blog.lint(DeleteModel("Post"))

    assert "23503" in str(refusal)
    follows(refusal)


def test_both_stages_in_one_migration_are_refused(blog):
    blog.stand(AddField("post", "extra", models.CharField(max_length=9, null=True)))
    added = AddField("post", "other", models.IntegerField(null=True))
    (refusal,) = blog.lint(added, RemoveField("post", "extra"))

    assert "before the deploy and what comes after it" in str(refusal)
    for paste in refusal.recipe:
        assert blog.lint_migration(blog.pasted(paste)) == []


def test_what_this_package_offers_is_not_refused(blog):
    from apps.database.operations import AlterFieldType, ContractRename, ExpandRename, RetireField

    bigger = models.BigIntegerField(null=True)
    assert blog.lint(AlterFieldType("post", "score", bigger)) == []
    assert blog.lint(ExpandRename("post", "title", "headline")) == []
    assert blog.lint(RetireField("post", "title", db_default="")) == []
    renamed = ContractRename("post", "author", "writer")
    assert blog.lint(renamed) == []
    assert len(blog.lint(RenameField("post", "author", "writer"))) == 1
