"""A wider type for a column, and for a key with what refers to it."""

import pytest
from django.db import IntegrityError, models

from apps.database.errors import DataRefused, Refused
from apps.database.operations import AlterFieldType
from apps.database.postgresql.steps import SteppingEditor
from tests.sizes import MIRRORED_ROWS as ROWS

# Only what an operation leaves in the tables of this app is emptied after a test.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])

VIEWS = AlterFieldType("post", "views", models.PositiveBigIntegerField(default=0, db_index=True))
KEY = AlterFieldType("post", "id", models.BigAutoField(primary_key=True))
LARGE = 2**31 + 5


def widened(shape: dict, columns: dict[str, set[str]]) -> dict:
    """The shape with these columns as bigint: nothing else may differ."""
    return {
        table: [
            (row[0], "bigint", *row[2:]) if row[0] in columns.get(table, ()) else row
            for row in rows
        ]
        for table, rows in shape.items()
    }


def test_a_column_keeps_all_that_it_had(schema, postgres):
    shape = schema.shape()

    schema.up(VIEWS)

    assert schema.shape() == widened(shape, {"scratch_post": {"views"}})
    post = schema.model("Post")
    assert list(post.objects.order_by("pk").values_list("views", flat=True)) == [*range(ROWS)]
    post.objects.create(title="Large", views=LARGE)
    with pytest.raises(IntegrityError):
        post.objects.create(title="Negative", views=-1)


def test_a_key_takes_along_what_refers_to_it(schema, postgres):
    shape = schema.shape()
    links = schema.links()

    schema.up(KEY)

    keys = {
        "scratch_post": {"id"},
        "scratch_comment": {"post_id"},
        "scratch_post_tags": {"post_id"},
    }
    assert schema.shape() == widened(shape, keys)
    assert schema.links() == links
    post, comment = schema.model("Post"), schema.model("Comment")
    assert post.objects.create(title="One more").pk == ROWS + 1
    post.objects.create(pk=LARGE, title="Large")
    comment.objects.create(post_id=LARGE)
    with pytest.raises(IntegrityError):
        comment.objects.create(post_id=LARGE + 1)


@pytest.mark.parametrize("operation", [VIEWS, KEY])
def test_up_down_and_up_again(operation, schema):
    shape, links = schema.shape(), schema.links()

    schema.up(operation)
    wide = schema.shape()
    schema.down(operation)
    assert (schema.shape(), schema.links()) == (shape, links)
    schema.up(operation)
    assert (schema.shape(), schema.links()) == (wide, links)


def test_what_does_not_fit_any_more_is_named_on_the_way_down(schema, postgres):
    schema.up(VIEWS)
    wide = schema.shape()
    large = schema.model("Post").objects.create(title="Large", views=LARGE)

    with pytest.raises(DataRefused, match=str(large.pk)):
        schema.down(VIEWS)
    assert schema.shape() == wide

    large.delete()
    schema.down(VIEWS)


def test_after_a_failure_no_trigger_is_left_to_refuse_writers(schema, postgres, monkeypatch):
    """A row that does not fit comes after the look at all rows."""
    schema.up(VIEWS)
    wide = schema.shape()
    schema.model("Post").objects.create(title="Large", views=LARGE)
    monkeypatch.setattr("apps.database.operations.belongings.Catalog.misfits", lambda *_: [])

    with pytest.raises(DataRefused):
        schema.down(VIEWS)
    assert schema.shape() == wide


def test_a_run_that_was_killed_goes_on(schema, postgres, monkeypatch):
    """Again and again, each time a statement later."""
    shape = schema.shape()
    for statement in range(1, 100):
        with monkeypatch.context() as patch:
            stop_at(statement, patch)
            try:
                schema.up(KEY)
                break
            except Killed:
                continue
    keys = {
        "scratch_post": {"id"},
        "scratch_comment": {"post_id"},
        "scratch_post_tags": {"post_id"},
    }
    assert schema.shape() == widened(shape, keys)
    assert statement > 8


class Killed(BaseException):
    pass


def stop_at(number: int, patch: pytest.MonkeyPatch) -> None:
    count = iter(range(1, number + 1))

    def killable(run):
        def run_or_die(self, *arguments, **options):
            if next(count) == number:
                raise Killed
            run(self, *arguments, **options)

        return run_or_die

    patch.setattr(SteppingEditor, "execute_together", killable(SteppingEditor.execute_together))
    patch.setattr(SteppingEditor, "_take", killable(SteppingEditor._take))


def test_more_than_the_type_is_refused(schema, postgres):
    with pytest.raises(Refused, match="more"):
        schema.up(AlterFieldType("post", "views", models.BigIntegerField(null=True)))


def test_it_is_printed(schema, postgres):
    text = "\n".join(schema.printed(VIEWS))

    assert 'UPDATE "scratch_post" SET "views_shadow" =' in text
    assert 'ADD COLUMN "views_shadow" bigint' in text
    assert 'RENAME COLUMN "views_shadow" TO "views"' in text
