import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Q

from apps.database.models import Backfill as Row
from apps.database.operations import Backfill
from tests.database.backfilling.tables import Numbered, changes, fill

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])


@pytest.fixture
def state(filling) -> ProjectState:
    state = ProjectState()
    state.add_model(ModelState.from_model(Numbered))
    return state


def move(operation: Backfill, state, *, backwards: bool = False, **options):
    with connection.schema_editor(atomic=False, **options) as editor:
        go = operation.database_backwards if backwards else operation.database_forwards
        go("scratch", editor, state, state)
    return editor


def test_it_fills_what_is_null_and_says_so(state):
    fill(Numbered, 30)
    Numbered.objects.filter(pk=1).update(filled=2)
    operation = Backfill("Numbered", {"filled": F("id") * 10})

    move(operation, state)

    assert list(Numbered.objects.values_list("filled", flat=True)[:3]) == [2, 20, 30]
    assert Row.objects.get().name == "scratch.Numbered"
    assert operation.describe() == "Fill filled of Numbered in batches"
    assert operation.migration_name_fragment == "fill_numbered_filled"


def test_where_says_which_rows(state):
    fill(Numbered, 30)

    move(Backfill("Numbered", {"changes": 1}, Q(changes=0, pk__gt=20)), state)

    assert changes() == {0: 20, 1: 10}


def test_backwards_nothing_happens(state):
    fill(Numbered, 3)
    operation = Backfill("Numbered", {"filled": 1})
    move(operation, state)

    move(operation, state, backwards=True)

    assert set(Numbered.objects.values_list("filled", flat=True)) == {1}


def test_or_the_reverse_that_was_given(state):
    fill(Numbered, 3)
    operation = Backfill("Numbered", {"filled": 1}, reverse={"filled": None})
    move(operation, state)

    move(operation, state, backwards=True)

    assert set(Numbered.objects.values_list("filled", flat=True)) == {None}
    assert Row.objects.filter(name="scratch.Numbered:reverse", state="done").exists()
    move(operation, state)
    assert set(Numbered.objects.values_list("filled", flat=True)) == {1}


def test_a_reverse_of_values_must_say_which_rows():
    with pytest.raises(ValueError, match="reverse_where"):
        Backfill("numbered", {"filled": 1}, reverse={"filled": 0})


def test_sqlmigrate_shows_it_and_runs_none_of_it(state):
    fill(Numbered, 3)

    editor = move(Backfill("Numbered", {"filled": 1}), state, collect_sql=True)

    where = 'WHERE "scratch_numbered"."filled" IS NULL'
    line = f'-- UPDATE "scratch_numbered" SET "filled" = 1 {where}, in batches'
    assert editor.collected_sql == [line]
    assert changes() == {0: 3}
    assert not Numbered.objects.filter(filled=1).exists()


def test_a_migration_file_can_hold_it():
    operation = Backfill("numbered", {"filled": F("id")}, where=Q(filled__isnull=True))
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})

    written = MigrationWriter(migration("0001_x", "scratch")).as_string()

    assert "apps.database.operations.Backfill(" in written
    assert "models.F('id')" in written
    assert operation.reversible


def test_columns_of_all_kinds_are_found_while_one_has_no_value(state):
    fill(Numbered, 3)
    Numbered.objects.filter(pk=1).update(filled=5)

    move(Backfill("Numbered", {"filled": models.Value(1), "changes": 7}), state)

    assert changes() == {0: 1, 7: 2}


def test_the_plan_foresees_it(state, postgres):
    from apps.database.postgresql.foreseeing import ForeseeingEditor

    with ForeseeingEditor(connection, set()) as editor:
        Backfill("Numbered", {"filled": 1}).database_forwards("scratch", editor, state, state)

    [statement] = editor.foreseen
    assert (statement.kind, statement.lock) == ("batched", "ROW EXCLUSIVE")
    assert statement.tables == ("scratch_numbered",)
