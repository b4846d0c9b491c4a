import pytest
from django.db import connection

from apps.database.backfilling import run
from apps.database.backfilling.pace import SMALLEST
from apps.database.backfilling.progress import percent
from apps.database.models import Backfill
from tests.database.backfilling.tables import MODELS, Numbered, changes, fill, work

ROWS = 700


@pytest.mark.parametrize("model", MODELS)
def test_each_row_is_changed_once_whatever_its_key(model, filling):
    fill(model, ROWS)

    assert run(work(model)) == ROWS

    assert changes(model) == {1: ROWS}
    row = Backfill.objects.get()
    assert (row.state, row.rows_done, percent(row)) == ("done", ROWS, 100)
    assert (row.table, row.column) == (model._meta.db_table, "filled, changes")


def test_only_rows_that_are_found_are_changed_and_each_batch_reads_few(filling):
    fill(Numbered, ROWS)
    Numbered.objects.filter(pk__gt=10).exclude(pk=ROWS).update(filled=0)

    assert run(work()) == 11

    assert changes() == {0: ROWS - 11, 1: 11}


def test_with_nothing_to_do_nothing_is_remembered(filling):
    assert run(work()) == 0
    fill(Numbered, 3)
    Numbered.objects.update(filled=0)

    assert run(work()) == 0
    assert not Backfill.objects.exists()
