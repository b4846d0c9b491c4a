"""Every kind of operation on tables with rows: what runs, up, down and up again."""

import uuid

import pytest
from django.db import connection, migrations, models
from django.db.models import Q
from django.db.models.functions import Lower

from tests.database.postgresql.shop import ask

COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'shop' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, pg_get_constraintdef(oid), convalidated FROM pg_constraint
WHERE connamespace = 'shop'::regnamespace AND contype <> 'n' ORDER BY 1, 2
"""
INDEXES = """
SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index
WHERE indrelid IN ('shop_item'::regclass, 'shop_shelf'::regclass) ORDER BY 1
"""
ROWS = "SELECT id, shelf_id, place, name FROM shop_item ORDER BY id"

ITEM = "item"
SHELF = {"to": "shop.Shelf", "on_delete": models.CASCADE}
UNIQUE = models.UniqueConstraint(fields=["name"], name="uniq_item_name")
UNIQUE_INDEX = models.UniqueConstraint(Lower("name"), name="uniq_item_lower")
PARTIAL = models.Index(fields=["score"], condition=Q(state="draft"), name="idx_item_drafts")
CHECK = models.CheckConstraint(condition=Q(place__gt=0), name="check_item_place")
BUILD, BRIEF, FOREIGN = ["online"], ["brief"], ["brief", "online"]

OPERATIONS = {
    "nullable column": ([migrations.AddField(ITEM, "note", models.TextField(null=True))], BRIEF),
    "not null with a default of the database": (
        [migrations.AddField(ITEM, "size", models.IntegerField(db_default=1))],
        BRIEF,
    ),
    "positive number": (
        [migrations.AddField(ITEM, "size", models.PositiveIntegerField(db_default=1))],
        ["brief", "brief", "online"],
    ),
    "null to not null": (
        [migrations.AlterField(ITEM, "score", models.IntegerField(default=0))],
        ["brief", "batched", "brief", "brief", "online", "brief", "brief"],
    ),
    "null to not null, default of the database": (
        [migrations.AlterField(ITEM, "score", models.IntegerField(db_default=7))],
        ["brief", "batched", "brief", "online", "brief", "brief"],
    ),
    "index": ([migrations.AddIndex(ITEM, models.Index(fields=["name"], name="idx_n"))], BUILD),
    "index of a field": (
        [migrations.AlterField(ITEM, "name", models.CharField(max_length=20, db_index=True))],
        ["online", "online"],
    ),
    "partial index": ([migrations.AddIndex(ITEM, PARTIAL)], BUILD),
    "unique": ([migrations.AddConstraint(ITEM, UNIQUE)], ["online", "brief"]),
    "unique on an expression": ([migrations.AddConstraint(ITEM, UNIQUE_INDEX)], BUILD),
    "unique field": (
        [migrations.AlterField(ITEM, "name", models.CharField(max_length=20, unique=True))],
        ["online", "brief", "online"],
    ),
    "check": ([migrations.AddConstraint(ITEM, CHECK)], FOREIGN),
    "foreign key on a new column": (
        [
            migrations.AddField(
                ITEM, "spare", models.ForeignKey(null=True, related_name="+", **SHELF)
            )
        ],
        ["brief", "brief", "online", "online"],
    ),
    "foreign key on an existing column": (
        [
            migrations.AlterField(
                ITEM,
                "place",
                models.ForeignKey(
                    null=True, related_name="+", db_column="place", db_index=False, **SHELF
                ),
            )
        ],
        FOREIGN,
    ),
    "drop column": ([migrations.RemoveField(ITEM, "score")], BRIEF),
    "drop column with a foreign key": (
        [migrations.RemoveField(ITEM, "shelf")],
        ["brief", "online", "brief"],
    ),
    "rename column": ([migrations.RenameField(ITEM, "name", "title")], BRIEF),
    "int to bigint": (
        [migrations.AlterField(ITEM, "score", models.BigIntegerField(null=True))],
        BRIEF,
    ),
    "widen": ([migrations.AlterField(ITEM, "name", models.CharField(max_length=40))], BRIEF),
    "uuid in phases": (
        [
            migrations.AddField(ITEM, "key", models.UUIDField(null=True)),
            migrations.AlterField(ITEM, "key", models.UUIDField(null=True, default=uuid.uuid4)),
        ],
        BRIEF,
    ),
    "drop table": ([migrations.DeleteModel("Item")], ["brief", "brief"]),
}


def schema() -> tuple[list, ...]:
    return ask(COLUMNS), ask(CONSTRAINTS), ask(INDEXES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_runs_as_its_kind_asks_for_and_can_be_undone(name, shop):
    operations, kinds = OPERATIONS[name]
    before, rows = schema(), ask(ROWS)
    settings = ask("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")

    shop.migrate(*operations)
    assert shop.told.kinds == kinds
    if name == "drop table":
        return
    after = schema()
    assert after != before or name == "uuid in phases"
    shop.back()
    assert schema() == before
    shop.migrate(*operations)

    assert schema() == after
    assert shop.leftovers == []
    if name not in ("rename column", "drop column with a foreign key"):
        assert ask(ROWS) == rows
    asked = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
    assert ask(asked) == settings
    assert not connection.in_atomic_block
