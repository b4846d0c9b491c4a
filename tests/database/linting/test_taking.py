"""A table that is there: PostgreSQL would not make it again, and it would go with the other one."""

import pytest
from django.db import connection
from django.db.migrations import AddField, CreateModel, DeleteModel, RemoveField
from django.db.models import AutoField, CharField, ManyToManyField
from syzygy import Stage

READERS = ManyToManyField("blog.Author", related_name="+")
PEOPLE = ManyToManyField("blog.Author", related_name="+", db_table="blog_post_readers")


def note(table: str, **options) -> CreateModel:
    fields = [("id", AutoField(primary_key=True)), ("name", CharField(max_length=50))]
    return CreateModel("Note", fields, options={"db_table": table} | options)


def test_a_model_in_the_place_of_another_is_that_one_renamed(live_blog, follows):
    (refusal,) = live_blog.lint(note("blog_author"))

    assert "it makes the table blog_author, which is that of blog.Author." in str(refusal)
    follows(refusal)
    assert live_blog.state.apps.get_model("blog", "Note").objects.get().name == "Wren"


def test_so_is_a_many_to_many_field(live_blog, follows):
    live_blog.stand(AddField("post", "readers", READERS))
    post = live_blog.state.apps.get_model("blog", "Post").objects.get()
    post.readers.add(post.author_id)
    (refusal,) = live_blog.lint(AddField("post", "people", PEOPLE))

    assert "which is that of blog.Post.readers." in str(refusal)
    follows(refusal)
    assert live_blog.state.apps.get_model("blog", "Post").objects.get().people.count() == 1


def test_what_another_has_does_not_go(blog):
    blog.stand(note("blog_author"), AddField("post", "readers", READERS))
    blog.stand(AddField("post", "people", PEOPLE))

    for operation in (DeleteModel("Note"), RemoveField("post", "readers")):
        (refusal,) = blog.lint(operation, stage=Stage.POST_DEPLOY)
        assert "is lost" in str(refusal)


def test_one_with_rows_that_no_model_has_is_not_taken_for_new(live_blog):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes AS SELECT 1 AS number")
    (refusal,) = live_blog.lint(note("notes"))

    assert "is there already, and holds rows" in str(refusal)


@pytest.mark.parametrize("options", [{"managed": False}, {"proxy": True}])
def test_what_makes_no_table_takes_none(options, blog):
    assert blog.lint(note("blog_author", **options)) == []


def test_a_table_of_a_run_that_was_killed_is_taken(live_blog):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (id int)")

    assert live_blog.lint(note("notes")) == []
