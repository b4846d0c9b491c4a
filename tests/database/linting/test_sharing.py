"""A column that two fields have: PostgreSQL would not make it again, and drop it with either."""

import pytest
from django.db import models
from django.db.migrations import AddField, RemoveField, SeparateDatabaseAndState

from apps.database.operations import DropColumn, RetireField

KEY = models.ForeignKey("blog.Author", models.SET_NULL, null=True, related_name="+")


NUMBERS = {
    "as wide as the key": models.IntegerField(null=True),
    "narrower": models.SmallIntegerField(null=True),
    "wider": models.BigIntegerField(null=True),
}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_a_key_in_the_place_of_its_number_keeps_what_the_column_holds(number, live_blog, follows):
    live_blog.stand(AddField("post", "editor_id", number))
    live_blog.state.apps.get_model("blog", "Post").objects.update(editor_id=1)
    (refusal,) = live_blog.lint(AddField("post", "editor", KEY))

    assert "it adds blog_post.editor_id, which is the column of the field editor_id" in str(refusal)
    follows(refusal)
    assert live_blog.state.apps.get_model("blog", "Post").objects.get().editor.name == "Wren"
    assert "editor_id" not in live_blog.state.models["blog", "post"].fields


def test_a_column_that_another_field_has_does_not_go(live_blog):
    live_blog.stand(AddField("post", "editor_id", models.IntegerField(null=True)))
    both = live_blog.migration(AddField("post", "editor", KEY))
    live_blog.state = both.mutate_state(live_blog.state)

    (refusal,) = live_blog.lint(RemoveField("post", "editor_id"))
    assert "the column of the field editor" in str(refusal)
    forgotten = SeparateDatabaseAndState(state_operations=[RemoveField("post", "editor_id")])
    assert live_blog.lint(forgotten) == []


def test_nor_does_one_that_was_retired(live_blog):
    score = models.IntegerField(null=True)
    again = models.IntegerField(null=True, db_column="score")
    migration = live_blog.migration(RetireField("post", "score"), AddField("post", "rank", again))
    live_blog.state = migration.mutate_state(live_blog.state)

    (refusal,) = live_blog.lint(DropColumn("post", "score", score))
    assert "it drops blog_post.score, which is the column of the field rank" in str(refusal)
    assert "Take the operation out" in str(refusal)
