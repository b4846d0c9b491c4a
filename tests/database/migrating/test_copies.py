"""SQLite's file is copied before something is applied to it."""

import sqlite3
from contextlib import closing

from apps.database.migrating.copies import forget_older
from tests.database.migrating.steps import COLUMN


def copies(project) -> list:
    return sorted(project.folder.parent.glob("shelf.sqlite3.*.before-migrate"))


def test_nothing_is_copied_for_nothing(sqlite, empty_project):
    empty_project.migrate()
    empty_project.migrate()

    assert copies(empty_project) == []


def test_the_copy_is_the_database_before_it_and_is_said(sqlite, project):
    project.fill(3)
    project.migration("0002_column", COLUMN)

    migrated = project.migrate()

    [copy] = copies(project)
    assert str(copy) in migrated.out
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT count(*) FROM shelf_book").fetchall() == [(3,)]
        columns = before.execute("SELECT name FROM pragma_table_info('shelf_book')").fetchall()
    assert columns == [("id",), ("title",), ("pages",)]


def test_the_last_three_are_kept(tmp_path):
    names = [f"20260101T00000{n}.000000Z" for n in range(5)]
    for name in names:
        (tmp_path / f"shelf.sqlite3.{name}.before-migrate").touch()
    (tmp_path / "shelf.sqlite3").touch()

    forget_older(tmp_path / "shelf.sqlite3")

    assert len(list(tmp_path.iterdir())) == 4
    assert (tmp_path / f"shelf.sqlite3.{names[-1]}.before-migrate").exists()
