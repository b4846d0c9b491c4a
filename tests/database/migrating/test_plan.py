"""`--plan`: what each operation does, before anything is done."""

import json

import pytest

from tests.database.migrating.steps import COLUMN, INDEX, PYTHON


@pytest.fixture
def planned(project):
    """The plan of an index, a column and some Python on a table of a thousand rows."""
    project.migrate()
    project.fill(1_000)
    project.migration("0002_index", INDEX)
    project.migration("0003_column", COLUMN)
    project.migration("0004_python", PYTHON)
    return {
        row["migration"]: row
        for row in json.loads(project.migrate("--plan", "--json").out)["operations"]
    }


def test_nothing_is_executed_for_it(project, planned):
    assert "shelf.0002_index" in project.migrate("--plan").out
    assert project.migrate("--plan", "--check").code == 1


def test_locks_on_sqlite_do_not_matter_and_it_says_so(sqlite, project, planned):
    assert planned["shelf.0002_index"]["table"] == "shelf_book"
    assert planned["shelf.0002_index"]["rows"] == 1_000
    assert planned["shelf.0002_index"]["lock"] == ""
    assert "locks do not matter" in project.migrate("--plan").out


def test_each_operation_has_its_class_and_its_lock(postgres, planned):
    index, column = planned["shelf.0002_index"], planned["shelf.0003_column"]

    assert (index["kind"], index["lock"]) == ("online", "SHARE UPDATE EXCLUSIVE")
    assert (index["table"], index["rows"]) == ("shelf_book", 1_000)
    assert index["bytes"] > 8192
    assert index["seconds"] > 0
    assert (column["kind"], column["lock"]) == ("brief", "ACCESS EXCLUSIVE")
    assert (column["stage"], column["reversible"]) == ("before", True)


def test_what_only_running_could_tell_is_unknown(postgres, planned):
    python = planned["shelf.0004_python"]

    assert (python["kind"], python["lock"], python["seconds"]) == ("unknown", "unknown", None)
    assert python["reversible"] is True
