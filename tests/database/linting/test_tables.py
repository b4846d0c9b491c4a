from django.db import connection, connections
from django.db.migrations import RenameField

from apps.database.linting.tables import LARGE, Tables

RENAME = RenameField("post", "title", "headline")


def fill(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO blog_post (title) SELECT 'x' FROM generate_series(1, %s)", [rows]
        )


def test_a_table_without_a_row_is_free(live_blog):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM blog_post")

    assert live_blog.lint(RENAME) == []


def test_one_row_is_somebody(live_blog):
    assert len(live_blog.lint(RENAME)) == 1


def test_a_table_that_is_not_there_is_free(postgres):
    assert Tables(connection).is_free("nowhere")


def test_rows_are_counted_no_further_than_needed(live_blog):
    fill(LARGE - 1)
    assert not Tables(connection).is_large("blog_post")

    fill(20)
    assert Tables(connection).is_large("blog_post")
    assert Tables(connection).rows("blog_post") == LARGE + 1


def test_a_renamed_table_stays_what_it_was(live_blog):
    live_blog.tables.rename("blog_post", "articles")

    assert not live_blog.tables.is_free("articles")


def test_a_locked_table_is_in_use_and_is_not_waited_for(live_blog):
    holder = connections["default"].copy("default")
    with holder.cursor() as cursor:
        cursor.execute("BEGIN; DELETE FROM blog.blog_post; LOCK TABLE blog.blog_post")
        assert Tables(connection).rows("blog_post") == LARGE + 1
        cursor.execute("COMMIT")
    holder.close()

    assert Tables(connection).is_free("blog_post")


def test_what_django_does_not_manage_has_no_table(blog):
    blog.state.models["blog", "post"].options["managed"] = False

    assert blog.lint(RENAME) == []
