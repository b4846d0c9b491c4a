"""What would stop somebody is refused before any of the plan is executed, but not on SQLite."""

import pytest

UNSAFE = {
    "0002_not_null": """
        operations = [migrations.AddField("book", "price", models.IntegerField(default=0))]
    """,
    "0003_volatile": """
        from apps.database.expressions import ClockTime
        operations = [
            migrations.AddField("book", "added", models.DateTimeField(db_default=ClockTime())),
        ]
    """,
    "0004_rename": """
        operations = [migrations.RenameField("book", "title", "name")]
    """,
    "0005_bigger": """
        operations = [migrations.AlterField("book", "pages", models.BigIntegerField(null=True))]
    """,
    "0006_python": """
        def nothing(apps, schema_editor):
            pass
        operations = [
            migrations.AddField("book", "extra", models.IntegerField(null=True)),
            migrations.RunPython(nothing, nothing),
        ]
    """,
}
SAYS = [
    "shelf.0002_not_null: Add field price to book",
    "field=models.IntegerField(db_default=0, default=0)",
    "the volatile default clock_timestamp()",
    "Backfill(",
    "it renames the column shelf_book.title",
    "db_column='title'",
    "it makes shelf_book.pages bigint, which was integer",
    "AlterFieldType(",
    "it runs Python in the migration that alters a table",
]


def columns_of(session) -> list[tuple[str, int]]:
    described = session.execute("SELECT * FROM shelf_book").description
    return [(column.name, column.type_code) for column in described]


@pytest.fixture
def shelf(project):
    """A project with the first migration applied, and five that are not."""
    project.fill(10)
    for name, body in UNSAFE.items():
        project.migration(name, body)
    return project


def test_the_whole_plan_is_refused_before_anything_is_executed(shelf, session, postgres):
    columns = columns_of(session)
    refused = shelf.migrate()

    assert refused.code == 2, refused
    assert [words for words in SAYS if words not in refused.out + refused.err] == []
    assert refused.err.count("operations = [") >= len(UNSAFE)
    assert columns_of(session) == columns
    applied = session.execute("SELECT name FROM django_migrations WHERE app = 'shelf'").fetchall()
    assert applied == [("0001_book",)]


def test_on_sqlite_it_is_applied(shelf, sqlite):
    ended = shelf.migrate()

    assert ended.code == 0, ended
