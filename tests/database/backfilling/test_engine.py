import pytest
from django.db import connection, models, transaction
from django.db.models import F, Q

from apps.database.backfilling import Work, engine, fill_nulls, run
from apps.database.backfilling.progress import percent
from apps.database.errors import DataRefused, Refused
from apps.database.models import Backfill
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.tables import MODELS, Named, Numbered, changes, fill, work

# After a test only the tables of this app are emptied.
pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
ROWS = 140


@pytest.mark.parametrize("model", MODELS)
def test_each_row_is_changed_once_whatever_its_key(model, filling, small_batches):
    fill(model, ROWS)

    assert run(work(model)) == ROWS

    assert changes(model) == {1: ROWS}
    row = Backfill.objects.get()
    assert (row.state, row.rows_done, percent(row)) == ("done", ROWS, 100)
    assert (row.table, row.column) == (model._meta.db_table, "filled, changes")


def test_only_rows_that_are_found_are_changed(filling, small_batches):
    fill(Numbered, ROWS)
    Numbered.objects.filter(pk__gt=10).exclude(pk=ROWS).update(filled=0)

    assert run(work()) == 11

    assert changes() == {0: ROWS - 11, 1: 11}


def test_a_batch_is_so_many_rows_whether_they_are_to_be_changed_or_not(filling):
    """A LIMIT over those to be changed would read the whole table for the last of them."""
    fill(Numbered, ROWS)
    Numbered.objects.exclude(pk=ROWS).update(filled=0)

    window = work().window(None, 50)

    assert (window.last, window.looked, window.is_final) == (50, 50, False)


def test_with_nothing_to_do_nothing_is_remembered(filling):
    assert run(work()) == 0
    fill(Numbered, 3)
    Numbered.objects.update(filled=0)

    assert run(work()) == 0
    assert not Backfill.objects.exists()


def test_rows_written_behind_the_cursor_are_found(filling, small_batches, watch):
    fill(Named, ROWS)
    watch(Watcher(ROWS // 2, lambda: Named.objects.create(name="!first of all")))

    assert run(work(Named)) == ROWS + 1

    assert changes(Named) == {1: ROWS + 1}
    assert percent(Backfill.objects.get()) == 100


def test_rows_that_are_found_again_and_again_end_it_with_advice(filling, small_batches):
    fill(Numbered, 50)
    endless = Work("scratch.endless", Numbered, {"changes": F("changes") + 1}, Q(pk__gt=0))

    with pytest.raises(DataRefused, match="db_default or a trigger"):
        run(endless)
    assert changes() == {engine.WALKS: 50}
    assert Backfill.objects.get().state == "failed"


def test_when_done_it_is_done_and_begins_anew_for_new_rows(filling, small_batches):
    fill(Numbered, ROWS)
    run(work())
    assert run(work()) == 0
    fill(Numbered, 30)

    assert run(work()) == 30
    assert changes() == {1: ROWS + 30}


def test_a_value_that_a_constraint_refuses_names_where_and_keeps_what_was_done(
    filling, small_batches, request
):
    fill(Numbered, 100)
    with connection.cursor() as cursor:
        cursor.execute('CREATE UNIQUE INDEX uniq_scratch ON "scratch_numbered" (filled)')
        cursor.execute('UPDATE "scratch_numbered" SET filled = 90 WHERE id = 100')
    request.addfinalizer(_drop_index)
    each_its_own = Work("scratch.own", Numbered, {"filled": F("id")}, Q(filled__isnull=True))

    with pytest.raises(DataRefused, match="after key 80 was refused") as refusal:
        run(each_its_own)

    assert refusal.value.returncode == 4
    assert Numbered.objects.filter(filled__isnull=False).count() == 81
    assert Backfill.objects.get().state == "failed"
    Numbered.objects.filter(pk=100).update(filled=1000)
    assert run(each_its_own) == 19


def test_without_its_table_it_works_and_begins_at_the_first_row_again(
    filling, small_batches, monkeypatch, caplog
):
    fill(Numbered, 100)
    monkeypatch.setattr(Backfill._meta, "db_table", "not_there_yet")

    with pytest.raises(ZeroDivisionError):
        _run_until(60, lambda: 1 / 0)
    assert run(work()) < 100

    assert changes() == {1: 100}
    assert "scratch.numbered cannot be resumed" in caplog.text


def _drop_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX uniq_scratch")


def _run_until(rows: int, then) -> None:
    connection.observer = Watcher(rows, then)
    run(work())


def test_in_somebodys_transaction_it_is_one_statement(filling, monkeypatch):
    fill(Numbered, 100)

    with transaction.atomic():
        assert run(work()) == 100
    assert not Backfill.objects.exists()


def test_a_large_table_in_somebodys_transaction_is_refused(filling, monkeypatch, postgres):
    monkeypatch.setattr(engine, "AT_ONCE", 100)
    fill(Numbered, 100)

    with transaction.atomic(), pytest.raises(Refused, match="atomic = False"):
        run(work())
    assert changes() == {0: 100}


@pytest.mark.parametrize(
    "field",
    [
        models.IntegerField(default=7),
        models.IntegerField(default=lambda: 7),
        models.IntegerField(db_default=7),
    ],
)
def test_nulls_get_the_default_of_the_field_that_is_to_be(field, filling):
    fill(Numbered, 30)
    Numbered.objects.filter(pk=1).update(filled=1)
    field.set_attributes_from_name("filled")
    field.model = Numbered

    assert fill_nulls(connection, field) == 29

    assert sorted(set(Numbered.objects.values_list("filled", flat=True))) == [1, 7]
    assert Backfill.objects.get().name == "scratch_numbered.filled"


def test_without_a_default_there_is_nothing_to_fill_with(filling):
    fill(Numbered, 1)
    field = Numbered._meta.get_field("filled")

    assert fill_nulls(connection, field) == 0
