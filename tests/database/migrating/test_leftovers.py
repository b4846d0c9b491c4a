"""What failed builds have left is listed, and dropped when asked for."""

import pytest

from tests.database.migrating.steps import COLUMN, INDEX

INVALID = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{}'::regclass"


def leave_invalid(project, name: str) -> None:
    project.execute(f"CREATE INDEX {name} ON shelf_book (pages)")
    project.execute(INVALID.format(name))


def indexes(project) -> set[str]:
    rows = project.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'shelf_book'")
    return {name for (name,) in rows}


@pytest.mark.slow
def test_an_invalid_index_is_named_and_dropped_only_when_it_is_ours(postgres, project):
    project.migration("0002_index", INDEX)
    project.migrate()
    project.execute(INVALID.format("idx_title"))
    leave_invalid(project, "idx_title_ccnew")
    leave_invalid(project, "somebodys")
    project.migration("0003_column", COLUMN)

    listed = project.migrate()
    fixed = project.migrate("--fix-invalid")

    for name in ("idx_title", "idx_title_ccnew", "somebodys"):
        assert f"DROP INDEX CONCURRENTLY {name};" in listed.out
    assert fixed.code == 0, fixed
    assert indexes(project) == {"shelf_book_pkey", "somebodys"}
