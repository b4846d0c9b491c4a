"""Renames by dual writes: what the columns have, and what is left."""

import pytest
from django.db import migrations
from django.db.migrations.writer import MigrationWriter
from django.db.models import Q
from django.db.models.functions import Lower

from apps.database.errors import Refused
from apps.database.operations import ContractRename, ExpandRename
from tests.sizes import MIRRORED_ROWS as ROWS
from tests.sizes import TRUE_SIZES

# Only what an operation leaves in the tables of this app is emptied after a test.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])

FIELDS = ["id", "title", "lower", "views", "author"]


def rename(field: str) -> tuple[ExpandRename, ContractRename]:
    return tuple(kind("post", field, f"{field}_new") for kind in (ExpandRename, ContractRename))


def rows(schema, field: str) -> list:
    return list(schema.model("Post").objects.order_by("pk").values_list("pk", field))


def test_up_down_and_up_again(schema):
    for field in FIELDS if TRUE_SIZES else ["id", "lower"]:
        expand, contract = rename(field)
        shape, before = schema.shape(), rows(schema, field)
        schema.up(expand)
        expanded = schema.shape()
        schema.up(contract)
        contracted = schema.shape()
        assert rows(schema, f"{field}_new") == before

        schema.down(expand, contract)
        assert schema.shape() == shape
        assert rows(schema, field) == before

        schema.up(expand)
        assert schema.shape() == expanded
        schema.up(contract)
        assert schema.shape() == contracted


def test_what_is_left_is_what_a_plain_rename_leaves(schema, postgres, run_sql):
    for field in FIELDS:
        column = schema.model("Post")._meta.get_field(field).column
        renamed = column.replace(field, f"{field}_new")
        run_sql(f"ALTER TABLE scratch_post RENAME COLUMN {column} TO {renamed}")
        plain = schema.shape()
        run_sql(f"ALTER TABLE scratch_post RENAME COLUMN {renamed} TO {column}")

        schema.up(*rename(field))

        assert schema.shape() == plain


def test_identity_goes_on_where_it_was(schema, postgres):
    schema.up(*rename("id"))
    assert schema.model("Post").objects.create(title="One more").pk == ROWS + 1


def test_without_older_code_the_column_is_there_once(schema, sqlite):
    expand, contract = rename("lower")
    schema.up(expand)
    shape = schema.shape()
    schema.up(contract)

    assert schema.shape() == shape


def test_it_is_printed(schema, postgres):
    expand, contract = rename("lower")
    text = "\n".join(schema.printed(expand))
    assert 'UPDATE "scratch_post" SET "lower_new" =' in text
    assert 'ADD COLUMN "lower_new" character varying(50)' in text
    assert "CREATE OR REPLACE TRIGGER" in text
    schema.up(expand)
    text = "\n".join(schema.printed(contract))
    assert 'DROP COLUMN "lower"' in text

    assert len(rows(schema, "lower_new")) == ROWS


def test_what_else_needs_the_column_is_named_before_anything_happens(schema, postgres, run_sql):
    run_sql("CREATE VIEW scratch_view AS SELECT views FROM scratch_post")
    shape = schema.shape()

    with pytest.raises(Refused, match="scratch_view"):
        schema.up(rename("views")[0])
    assert schema.shape() == shape


def test_indexes_and_constraints_speak_of_the_new_name(schema):
    for field in ("views", "lower"):
        schema.up(rename(field)[0])

    options = schema.state.models["scratch", "post"].options
    assert [index.deconstruct()[1:] for index in options["indexes"]] == [
        (
            (),
            {
                "name": "scratch_busy",
                "fields": ["views_new", "-id"],
                "condition": Q(views_new__gt=10),
            },
        ),
        ((Lower("lower_new"),), {"name": "scratch_lower"}),
    ]
    check, pair = options["constraints"]
    assert check.condition == ~Q(lower_new="upper")
    assert pair.fields == ("views_new", "title")


@pytest.mark.parametrize("operation", rename("lower"))
def test_a_migration_file_can_hold_it(operation):
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})

    written = MigrationWriter(migration("0001_x", "scratch")).as_string()

    assert f"apps.database.operations.{type(operation).__name__}(" in written
    _, arguments, options = operation.deconstruct()
    assert type(operation)(*arguments, **options).deconstruct() == operation.deconstruct()
