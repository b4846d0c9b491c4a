"""`--plan`: what each operation does, before anything is done."""

import json

import pytest

from tests.database.migrating.steps import CHECK, COLUMN, DUAL, FILL, INDEX, KEY, PYTHON


@pytest.fixture
def planned(project):
    """The plan of an index, a column and some Python on a table of a thousand rows."""
    project.fill(1_000)
    project.migration("0002_index", INDEX)
    project.migration("0003_column", COLUMN)
    project.migration("0004_python", PYTHON)
    project.migration("0005_fill", FILL)
    project.migration("0006_dual", DUAL)
    operations = json.loads(project.migrate("--plan", "--json").out)["operations"]
    return [row for row in operations if project.applied() == ["0001_book"]]


def test_each_operation_has_its_class_its_lock_and_its_size(postgres, planned):
    index, column, python, fill, dual = planned

    assert (index["kind"], index["lock"]) == ("online", "SHARE UPDATE EXCLUSIVE")
    assert (index["table"], index["rows"]) == ("shelf_book", 1_000)
    assert index["bytes"] > 8192
    assert index["seconds"] > 0
    assert (column["kind"], column["lock"]) == ("brief", "ACCESS EXCLUSIVE")
    assert (column["stage"], column["reversible"]) == ("before", True)
    assert (fill["kind"], fill["lock"], fill["seconds"]) == ("batched", "ROW EXCLUSIVE", 0.023)
    assert (dual["kind"], dual["lock"]) == ("brief", "ACCESS EXCLUSIVE")
    assert "batched" in [statement["kind"] for statement in dual["statements"]]
    # What only running it could tell.
    assert (python["kind"], python["lock"], python["seconds"]) == ("unknown", "unknown", None)


def test_locks_on_sqlite_do_not_matter_and_it_says_so(sqlite, project, planned):
    assert (planned[0]["table"], planned[0]["rows"]) == ("shelf_book", 1_000)
    assert planned[0]["lock"] == ""

    table = project.migrate("--plan", "--check")

    assert "locks do not matter" in table.out
    assert table.code == 1


def test_what_runs_is_what_was_planned(postgres, project):
    project.fill(100)
    for name, body in {"0002_a": INDEX, "0003_b": COLUMN, "0004_c": CHECK, "0005_d": KEY}.items():
        project.migration(name, body)
    plan = json.loads(project.migrate("--plan", "--json").out)["operations"]

    ran = project.migrate()

    assert ran.code == 0, ran
    rows = project.execute("SELECT statements FROM database_migrationrun WHERE app = 'shelf'")
    planned = [(one["kind"], one["lock"]) for row in plan for one in row["statements"]]
    done = [
        (one["kind"], one["lock"]) for (found,) in rows for one in found if one["kind"] != "free"
    ]
    assert len(planned) > 5
    assert sorted(planned) == sorted(done)
    # What the page shows of the one that runs is kept as the run knows it.
    said = project.execute("SELECT name, kind FROM database_migrationrun WHERE app = 'shelf'")
    assert ("0003_b", "brief") in said


@pytest.mark.slow
def test_json_of_a_run_is_no_run(project):
    project.migration("0002_column", COLUMN)

    refused = project.migrate("--json")

    assert refused.code == 1
    assert "--json is for --plan" in refused.err
    assert project.applied() == ["0001_book"]
