import uuid

import pytest

from apps.database.backfilling import run
from apps.database.backfilling.pace import LARGEST, SMALLEST, TARGET_SECONDS, Pace
from apps.database.backfilling.progress import percent, rows_in_all, seconds_left
from apps.database.models import Backfill
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.tables import MODELS, fill, work

ROWS = 140


def row(**values) -> Backfill:
    return Backfill(**{"state": "running", "rows_per_second": 10, **values})


@pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
@pytest.mark.parametrize("model", MODELS)
def test_it_only_grows_and_ends_at_all_of_it(model, filling, small_batches, watch):
    fill(model, ROWS)
    percents = []

    class Looking(Watcher):
        def progress(self, *facts):
            super().progress(*facts)
            percents.append(percent(Backfill.objects.get()))

    watcher = watch(Looking())
    run(work(model))

    assert watcher.percents() == sorted(watcher.percents())
    assert watcher.percents()[-1] == 100
    assert percents == sorted(percents)
    assert percents[-1] <= 99
    assert len(set(percents)) >= ROWS / 20 - 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"cursor": None, "lowest": "1", "highest": "100"}, 0),
        ({"cursor": "51", "lowest": "1", "highest": "101"}, 50),
        ({"cursor": "-50", "lowest": "-100", "highest": "0"}, 50),
        # Rows came after the last one there was.
        ({"cursor": "200", "lowest": "1", "highest": "100"}, 99),
        ({"cursor": "1", "lowest": "1", "highest": "1"}, 0),
        ({"cursor": f"{uuid.UUID(int=2**126)}", "lowest": f"{uuid.UUID(int=0)}"}
         | {"highest": f"{uuid.UUID(int=2**128 - 1)}"}, 25),
        # Keys one cannot count with.
        ({"cursor": "m", "rows_done": 50, "rows_expected": 200}, 25),
        ({"cursor": "m", "rows_done": 500, "rows_expected": 200}, 99),
        ({"cursor": "m", "rows_done": 5, "rows_expected": 0}, 99),
        ({"state": "done", "cursor": "7", "lowest": "1", "highest": "100"}, 100),
    ],
)  # fmt: skip
def test_percent_by_the_range_of_keys(values, expected):
    assert percent(row(**values)) == expected


def test_rows_in_all_and_time_left_follow_what_was_seen_of_the_keys():
    """Half of the keys are gone by, with 100 rows: statistics say 1,000, and are old."""
    half = row(cursor="51", lowest="1", highest="101", rows_done=100, rows_expected=1000)

    assert rows_in_all(half) == 200
    assert seconds_left(half) == 10


def test_who_stands_still_has_no_time_left():
    values = {"cursor": "51", "lowest": "1", "highest": "101", "rows_done": 100}

    assert seconds_left(row(**values, state="paused")) is None
    assert seconds_left(row(**values, rows_per_second=0)) is None


def test_batches_grow_while_they_are_quick_and_shrink_when_slow():
    pace = Pace()
    for _ in range(20):
        pace.took(TARGET_SECONDS / 10, pace.size)
    assert pace.size == LARGEST
    for _ in range(20):
        pace.took(TARGET_SECONDS * 2, pace.size)
    assert pace.size == SMALLEST


def test_it_rests_as_long_as_it_works_and_that_is_in_its_rate():
    pace = Pace()

    assert pace.took(0.05, 100) == pytest.approx(0.05)
    assert pace.rate == pytest.approx(1000)


@pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
def test_many_rows_are_estimated_though_nobody_analyzed_the_table(filling, monkeypatch):
    fill(MODELS[0], 2_000)
    monkeypatch.setattr("apps.database.backfilling.work.COUNTED", 50)

    assert 500 < work().expected() < 8_000
