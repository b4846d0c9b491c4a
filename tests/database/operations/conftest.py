"""A small schema of the test's own, taken through operations of migrations."""

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.db.models.functions import Lower

from tests.sizes import MIRRORED_ROWS as ROWS

APP = "scratch"


class Schema:
    """Tables of the app `scratch`, and the models as operations left them."""

    def __init__(self):
        self.state = ProjectState()
        self.before: dict[int, ProjectState] = {}

    def up(self, *operations) -> None:
        for operation in operations:
            self.before[id(operation)] = self.state.clone()
            after = self.state.clone()
            operation.state_forwards(APP, after)
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards(APP, editor, self.state, after)
            self.state = after

    def down(self, *operations) -> None:
        for operation in reversed(operations):
            before = self.before[id(operation)]
            with connection.schema_editor(atomic=False) as editor:
                operation.database_backwards(APP, editor, self.state, before)
            self.state = before

    def printed(self, operation) -> list[str]:
        after = self.state.clone()
        operation.state_forwards(APP, after)
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            operation.database_forwards(APP, editor, self.state, after)
        return editor.collected_sql

    def model(self, name: str) -> type[models.Model]:
        return self.state.apps.get_model(APP, name)

    def shape(self) -> dict[str, list]:
        """Columns, indexes and constraints of every table, in no order of columns."""
        return {table: shape_of(table) for table in self.tables()}

    def forget(self, *names: str) -> None:
        """Indexes and constraints of posts."""
        options = self.state.models[APP, "post"].options
        indexes = [one.name for one in options["indexes"]]
        for name in names:
            kind = migrations.RemoveIndex if name in indexes else migrations.RemoveConstraint
            self.up(kind("post", name))

    def links(self) -> tuple[list, list]:
        """Which comments and tags which posts have."""
        tags = self.model("Post").tags.through.objects.values_list("post_id", "author_id")
        comments = self.model("Comment").objects.values_list("pk", "post_id")
        return sorted(tags), sorted(comments)

    def tables(self) -> list[str]:
        return [name for name in connection.introspection.table_names() if name.startswith(APP)]

    def drop(self) -> None:
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            for table in self.tables():
                cascade = " CASCADE" if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TABLE "{table}"{cascade}')


def shape_of(table: str) -> list:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table)
            # Without names: Django's contain the column's where it makes the table anew.
            return [*sorted(columns), *sorted(map(str, constraints.values()))]
        cursor.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
                   pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
            FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT c.relname, pg_get_indexdef(indexrelid), indisvalid, NULL, NULL, NULL
            FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = %s::regclass
            UNION ALL
            SELECT conname, pg_get_constraintdef(oid), convalidated, contype::text, NULL, NULL
            FROM pg_constraint WHERE conrelid = %s::regclass AND contype <> 'n'
            UNION ALL
            SELECT tgname, pg_get_triggerdef(oid), true, NULL, NULL, NULL
            FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
            ORDER BY 1, 2
            """,
            [table] * 4,
        )
        return cursor.fetchall()


AUTHOR = migrations.CreateModel("Author", [("id", models.BigAutoField(primary_key=True))])
POST = migrations.CreateModel(
    "Post",
    [
        ("id", models.AutoField(primary_key=True)),
        ("title", models.CharField(max_length=50, unique=True)),
        # Named as a function and as a word that occur in what belongs to it.
        ("lower", models.CharField(max_length=50, db_default="lower", db_comment="It's old.")),
        ("views", models.PositiveIntegerField(default=0, db_index=True)),
        ("author", models.ForeignKey("scratch.Author", models.CASCADE, null=True)),
        ("tags", models.ManyToManyField("scratch.Author", related_name="+")),
    ],
    options={
        "indexes": [
            models.Index(fields=["views", "-id"], name="scratch_busy", condition=Q(views__gt=10)),
            models.Index(Lower("lower"), name="scratch_lower"),
        ],
        "constraints": [
            models.CheckConstraint(condition=~Q(lower="upper"), name="scratch_not_upper"),
            models.UniqueConstraint(fields=["views", "title"], name="scratch_pair"),
        ],
    },
)
COMMENT = migrations.CreateModel(
    "Comment",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("post", models.ForeignKey("scratch.Post", models.CASCADE)),
    ],
)


@pytest.fixture
def schema(db) -> Iterator[Schema]:
    """Two authors, and posts with comments; the test commits."""
    made = Schema()
    made.up(AUTHOR, POST, COMMENT)
    author, other = (made.model("Author").objects.create() for _ in range(2))
    post = made.model("Post")
    for number in range(ROWS):
        row = post.objects.create(title=f"Title {number}", views=number, author=author)
        row.tags.add(other)
        made.model("Comment").objects.create(post=row)
    try:
        yield made
    finally:
        made.drop()


@pytest.fixture
def run_sql():
    def run(sql: str, *parameters) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []

    return run
