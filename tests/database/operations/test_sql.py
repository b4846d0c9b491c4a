import pytest
from django.db import DatabaseError, connection, migrations
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from apps.database.operations import PostgresSQL

CREATE = "CREATE TABLE scratch (percent text DEFAULT '100 %')"


def run(operation: PostgresSQL, *, backwards: bool = False, atomic: bool = True, **options):
    state = ProjectState()
    with connection.schema_editor(atomic=atomic, **options) as editor:
        move = operation.database_backwards if backwards else operation.database_forwards
        move("posts", editor, state, state)
    return editor


def scratch_exists() -> bool:
    return "scratch" in connection.introspection.table_names()


@pytest.mark.parametrize("sql", [CREATE, [CREATE, "INSERT INTO scratch DEFAULT VALUES"]])
def test_its_statements_run_and_are_undone(sql, postgres):
    operation = PostgresSQL(sql, "DROP TABLE scratch")

    run(operation)
    assert scratch_exists()
    run(operation, backwards=True)
    assert not scratch_exists()


@pytest.mark.django_db(transaction=True)
def test_sqlite_gets_none_of_it(sqlite):
    operation = PostgresSQL("NOT EVEN SQL", "NOR THIS")

    run(operation)
    run(operation, backwards=True)


@pytest.mark.django_db(transaction=True)
def test_a_failing_statement_takes_back_those_before_it_without_atomic_too(postgres):
    with pytest.raises(DatabaseError):
        run(PostgresSQL([CREATE, "SELECT 1 / 0"]), atomic=False)
    assert not scratch_exists()


def test_sqlmigrate_prints_the_statements_and_runs_none(postgres):
    editor = run(PostgresSQL([CREATE, "SELECT 1"]), collect_sql=True)

    assert editor.collected_sql == [f"{CREATE};", "SELECT 1;"]
    assert not scratch_exists()


def test_without_a_reverse_it_is_irreversible():
    assert not PostgresSQL("SELECT 1").reversible
    assert PostgresSQL("SELECT 1", []).reversible


def test_a_migration_file_can_hold_it():
    operation = PostgresSQL(["SELECT 1"], "SELECT 2")
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})

    written = MigrationWriter(migration("0001_x", "posts")).as_string()

    assert "apps.database.operations.PostgresSQL(" in written
    assert operation.deconstruct() == ("PostgresSQL", [["SELECT 1"], "SELECT 2"], {})
