from dataclasses import replace

import pytest
from django.db.migrations import AlterField, AlterModelTable, CreateModel, RenameField, RenameModel
from django.db.models import AutoField, CharField

RENAMES = {
    "column": (RenameField("post", "title", "headline"), "renames the column blog_post.title"),
    "foreign key": (RenameField("post", "author", "writer"), "the column blog_post.author_id"),
    "model": (RenameModel("Post", "Article"), "renames the table blog_post"),
    "table": (AlterModelTable("post", "articles"), "renames the table blog_post"),
}


@pytest.mark.parametrize(("operation", "unsafe"), RENAMES.values(), ids=RENAMES)
def test_a_renamed_column_or_table_is_refused(operation, unsafe, blog):
    (refusal,) = blog.lint(operation)

    assert unsafe in str(refusal)
    assert "ACCESS EXCLUSIVE" in str(refusal)


@pytest.mark.parametrize(("operation", "unsafe"), RENAMES.values(), ids=RENAMES)
def test_it_is_refused_on_the_way_down_too(operation, unsafe, blog):
    assert len(blog.lint(operation, backwards=True)) == 1


@pytest.mark.parametrize("kind", ["column", "foreign key", "model"])
def test_keeping_the_name_in_the_database_is_accepted_and_works(kind, live_blog, follows):
    operation, _ = RENAMES[kind]
    (refusal,) = live_blog.lint(operation)

    follows(refusal)


def test_both_names_for_a_while_are_accepted_and_work(live_blog, follows):
    (refusal,) = live_blog.lint(RENAMES["column"][0])

    follows(replace(refusal, recipe=refusal.otherwise))


def test_another_column_for_the_same_name_is_refused_and_keeping_it_accepted(live_blog, follows):
    field = CharField(max_length=50, db_column="headline")
    (refusal,) = live_blog.lint(AlterField("post", "title", field))

    assert "renames the column blog_post.title" in str(refusal)
    follows(refusal)


def test_a_table_the_migration_makes_itself_may_be_renamed(blog):
    made = CreateModel("Note", [("id", AutoField(primary_key=True)), ("text", CharField())])

    assert (
        blog.lint(made, RenameModel("Note", "Remark"), RenameField("remark", "text", "body")) == []
    )


def test_a_name_of_the_model_alone_is_free(blog):
    kept = CharField(max_length=50, db_column="title")

    assert blog.lint(AlterField("post", "title", kept), RenameField("post", "title", "name")) == []
