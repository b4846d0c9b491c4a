"""Keys, keys of several columns, and columns beside them."""

import pytest
from django.db import migrations, models

from apps.database.errors import DataRefused
from apps.database.operations import AlterFieldType, ContractRename, ExpandRename, WidenField

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])

LINE = migrations.CreateModel(
    "Line",
    [
        ("pk", models.CompositePrimaryKey("order", "place")),
        ("order", models.IntegerField()),
        ("place", models.CharField(max_length=10)),
        ("count", models.IntegerField(db_index=True, default=1)),
    ],
)
COUNT = AlterFieldType("line", "count", models.BigIntegerField(db_index=True, default=1))
CHANGES = {
    "another type": [COUNT],
    "another type of the key": [AlterFieldType("line", "order", models.BigIntegerField())],
    "renamed": [ExpandRename("line", "count", "number"), ContractRename("line", "count", "number")],
    "a key of one": [ExpandRename("author", "id", "key"), ContractRename("author", "id", "key")],
}
LARGE = 2**31 + 5


@pytest.fixture
def lines(schema):
    schema.up(LINE)
    for number in range(30):
        schema.model("Line").objects.create(order=number // 10, place=number % 10, count=number)
    return schema


@pytest.mark.parametrize("operations", CHANGES.values(), ids=CHANGES)
def test_up_down_and_up_again(operations, lines):
    shape, rows = lines.shape(), rows_of(lines)

    lines.up(*operations)
    changed = lines.shape()
    lines.down(*operations)
    assert (lines.shape(), rows_of(lines)) == (shape, rows)
    lines.up(*operations)
    assert lines.shape() == changed


def test_a_part_of_the_key_gets_wider(lines, postgres):
    lines.up(WidenField("line", "place", models.CharField(max_length=20)))

    lines.model("Line").objects.create(order=7, place="A place of this size")


def test_rows_are_named_by_all_of_their_key(lines, postgres):
    lines.up(COUNT)
    lines.model("Line").objects.create(order=7, place="9", count=LARGE)

    with pytest.raises(DataRefused, match=r"keys \(7,9\)"):
        lines.down(COUNT)


def rows_of(schema) -> list[tuple]:
    return sorted(schema.model("Line").objects.values_list("order", "place", "count"))


def test_rows_are_walked_by_the_column_that_is_filled(schema, postgres):
    """On the way back of a key's rename: by the other one they would be one batch."""
    from apps.database.operations.mirror import two_columns

    rows = two_columns(schema.model("Author"), source="number", copy="id")

    assert rows._meta.pk.column == "number"
