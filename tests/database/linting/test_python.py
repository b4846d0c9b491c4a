import hashlib
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connection, models
from django.db.migrations import AddField, AddIndex, CreateModel, RunPython

from apps.database.linting.source import writes_of

NULLABLE = AddField("post", "extra", models.IntegerField(null=True))


def reset(apps, schema_editor):
    apps.get_model("blog", "Post").objects.filter(score=None).update(score=0)


def reset_authors(apps, schema_editor):
    author = apps.get_model("blog.Author")
    author.objects.update(name="x")


def save_each(apps, schema_editor):
    for post in apps.get_model("blog", "Post").objects.all():
        post.save(update_fields=["score"])


def erase(apps, schema_editor):
    apps.get_model("blog", "Post").objects.filter(score=1).delete()


def in_bulk(apps, schema_editor):
    post = apps.get_model("blog", "Post")
    post.objects.bulk_update(post.objects.all(), ["score"])


def by_a_neighbour(apps, schema_editor):
    reset(apps, schema_editor)


def write_nothing(apps, schema_editor):
    seen = {"a": 1}
    seen.update({"b": 2})
    hashlib.sha256().update(b"x")
    cache.delete("key")
    apps.get_model("blog", "Post").objects.count()


def nothing(apps, schema_editor):
    pass


WRITES = [reset, save_each, erase, in_bulk, by_a_neighbour, partial(reset)]


@pytest.mark.parametrize("code", WRITES)
def test_python_that_writes_a_large_table_is_refused(code, blog):
    (refusal,) = blog.lint(RunPython(code, RunPython.noop))

    assert "changes rows of blog_post in one transaction" in str(refusal)


def reset_all(apps, schema_editor):
    apps.get_model("blog", "Post").objects.update(score=0)


@pytest.mark.parametrize("code", [reset, reset_all])
def test_a_plain_update_is_rewritten_as_a_backfill(code, live_blog, follows):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO blog_post (title) SELECT 'x' FROM generate_series(1, 11000)")
    (refusal,) = live_blog.lint(RunPython(code, RunPython.noop))

    follows(refusal)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM blog_post WHERE score IS NULL")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("code", [write_nothing, nothing, RunPython.noop])
def test_python_that_writes_no_rows_is_accepted(code, blog):
    assert blog.lint(RunPython(code, RunPython.noop)) == []


def test_a_lambda_is_read():
    code = lambda apps, editor: apps.get_model("blog", "Post").objects.update(score=1)  # noqa: E731

    assert writes_of(code).models == {("blog", "post")}


@pytest.mark.parametrize("code", [eval("lambda apps, editor: 1"), print, object()])
def test_what_cannot_be_read_is_not_guessed(code):
    assert writes_of(code) is None


def test_the_way_down_is_read_too(blog):
    assert len(blog.lint(RunPython(nothing, reset), backwards=True)) == 1
    assert blog.lint(RunPython(reset, nothing), backwards=True) == []


def test_a_small_table_may_be_written_at_once(live_blog):
    assert live_blog.lint(RunPython(reset, nothing)) == []

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO blog_author (name) SELECT 'x' FROM generate_series(1, 11000)")
    live_blog.tables = type(live_blog.tables)(connection)
    assert live_blog.lint(RunPython(reset, nothing)) == []
    assert len(live_blog.lint(RunPython(reset_authors, nothing))) == 1


def test_without_a_way_down_it_is_refused_and_noop_is_one(blog):
    (refusal,) = blog.lint(RunPython(nothing))
    assert "has no way down" in str(refusal)
    assert "migrations.RunPython(nothing, migrations.RunPython.noop)" in str(refusal)

    assert blog.lint_migration(blog.pasted(refusal.recipe[0], nothing=nothing)) == []


def test_on_the_way_down_the_irreversible_is_named(blog):
    (refusal,) = blog.lint(RunPython(nothing), backwards=True)

    assert "cannot be undone" in str(refusal)


def test_no_reason_makes_a_way_down(blog, settings):
    settings.MIGRATIONS_ALLOWED = {"blog.0002_change": "It is never taken back."}

    assert blog.lint(RunPython(nothing)) == []
    assert len(blog.lint(RunPython(nothing), backwards=True)) == 1


def test_python_beside_ddl_is_refused(blog):
    run = RunPython(nothing, nothing)
    (refusal,) = blog.lint(NULLABLE, run)

    assert refusal.operation is run
    assert "ACCESS EXCLUSIVE" in str(refusal)
    assert blog.lint_migration(blog.pasted(refusal.recipe[0], nothing=nothing)) == []


def test_on_the_way_down_too(blog):
    assert len(blog.lint(NULLABLE, RunPython(nothing, nothing), backwards=True)) == 1
    assert blog.lint(NULLABLE, RunPython(nothing, RunPython.noop), backwards=True) == []


def test_python_beside_a_new_table_is_accepted(blog):
    made = CreateModel("Note", [("id", models.AutoField(primary_key=True))])

    assert blog.lint(made, RunPython(nothing, nothing)) == []


def test_two_tables_in_one_migration_are_refused(blog):
    index = AddIndex("author", models.Index(fields=["name"], name="by_name"))
    (refusal,) = blog.lint(NULLABLE, index)

    assert "alters blog_author, and the migration blog_post too" in str(refusal)
    assert blog.lint_migration(blog.pasted(refusal.recipe[0])) == []


def test_one_table_twice_and_a_new_one_are_accepted(blog):
    made = CreateModel("Note", [("id", models.AutoField(primary_key=True))])
    index = AddIndex("post", models.Index(fields=["extra"], name="by_extra"))

    assert blog.lint(NULLABLE, index, made) == []
