from dataclasses import replace

import pytest
from django.db import connection
from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelTable,
    CreateModel,
    RenameField,
    RenameModel,
)
from django.db.models import AutoField, CharField, ManyToManyField

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


READERS = ManyToManyField("blog.Author", related_name="+")
OTHERS = ManyToManyField("blog.Post", related_name="+")
JOINED = {
    "its field": ([RenameField("post", "readers", "people")], "the joining table"),
    "its table": (
        [AlterField("post", "readers", ManyToManyField("blog.Author", db_table="readings"))],
        "the joining table",
    ),
    "its model": (
        [AlterModelTable("post", "blog_post"), RenameModel("Post", "Article")],
        "columns of the joining table",
    ),
    "the other model": (
        [AlterModelTable("author", "blog_author"), RenameModel("Author", "Person")],
        "columns of the joining table",
    ),
}


@pytest.mark.parametrize(("operations", "what"), JOINED.values(), ids=JOINED)
def test_what_renames_a_joining_table_is_refused(operations, what, live_blog, follows):
    live_blog.stand(AddField("post", "readers", READERS))
    post = live_blog.state.apps.get_model("blog", "Post").objects.get()
    post.readers.add(post.author_id)
    (refusal,) = live_blog.lint(*operations)

    assert f"it renames {what} blog_post_readers." in str(refusal)
    with connection.execute_wrapper(refuse_renames):
        follows(refusal)
    with connection.cursor() as cursor:
        cursor.execute("SELECT post_id, author_id FROM blog_post_readers")
        assert cursor.fetchall() == [(post.pk, post.author_id)]


def refuse_renames(execute, sql, *arguments):
    assert " RENAME " not in str(sql)
    return execute(sql, *arguments)


def test_one_that_joins_others_from_now_on_is_refused(blog):
    blog.stand(AddField("post", "readers", READERS))
    (refusal,) = blog.lint(AlterField("post", "readers", OTHERS))

    assert "columns of the joining table" in str(refusal)
    assert refusal.recipe == ()
