"""From another process, as the page and the command do: here, from another thread."""

import threading

import pytest

from apps.database.backfilling import BackfillPaused, NotUnderWay, pause, resume, run
from apps.database.models import Backfill
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.tables import Numbered, changes, fill, work
from tests.races import PATIENCE_SECONDS, Alongside

pytestmark = pytest.mark.django_db(transaction=True, available_apps=["apps.database"])
ROWS = 300


def pause_at_a_third():
    Alongside(lambda: pause("scratch.numbered", "hanna", "storm coverage")).outcome()


def test_paused_it_stops_after_its_batch_and_says_who_and_why(filling, small_batches, watch):
    fill(Numbered, ROWS)
    watch(Watcher(100, pause_at_a_third))

    with pytest.raises(BackfillPaused, match="paused by hanna: storm coverage") as stopped:
        run(work(), patience_seconds=0)

    assert changes() == {0: ROWS - 100, 1: 100}
    row = Backfill.objects.get()
    assert (row.state, row.cursor, row.rows_done) == ("paused", "100", 100)
    assert stopped.value.returncode == 3
    assert "manage.py backfill resume scratch.numbered" in str(stopped.value)


def test_resumed_it_goes_on_where_it_was_in_the_same_run(filling, small_batches, watch):
    fill(Numbered, ROWS)
    watcher = watch(Watcher(100, pause_at_a_third))
    paused = threading.Event()
    watcher.steps_aside = lambda statement, reason: paused.set()

    def resume_when_paused():
        assert paused.wait(PATIENCE_SECONDS)
        resume("scratch.numbered", "hanna")

    resuming = Alongside(resume_when_paused)
    assert run(work()) == ROWS
    assert resuming.outcome() is None

    assert changes() == {1: ROWS}
    assert Backfill.objects.get().state == "done"


def test_while_paused_no_run_begins_and_resumed_the_next_one_goes_on(filling, small_batches, watch):
    fill(Numbered, ROWS)
    watch(Watcher(100, pause_at_a_third))
    for _ in range(2):
        with pytest.raises(BackfillPaused):
            run(work(), patience_seconds=0)

    resume("scratch.numbered", "olive")
    assert "resumed by olive" in Backfill.objects.get().note
    assert run(work(), patience_seconds=0) == ROWS - 100

    assert changes() == {1: ROWS}


def test_what_is_not_under_way_cannot_be_paused_nor_what_moves_resumed(filling, small_batches):
    fill(Numbered, 3)
    run(work())

    with pytest.raises(NotUnderWay, match="is done"):
        pause("scratch.numbered", "hanna")
    with pytest.raises(NotUnderWay, match="There is no scratch"):
        resume("scratch.other", "hanna")


def test_interrupted_it_says_so_and_the_next_run_goes_on(filling, small_batches, watch):
    def interrupt():
        raise KeyboardInterrupt

    fill(Numbered, ROWS)
    watch(Watcher(100, interrupt))

    with pytest.raises(KeyboardInterrupt):
        run(work())

    row = Backfill.objects.get()
    assert (row.state, row.cursor) == ("waiting", "100")
    assert row.note.startswith("interrupted")
    assert run(work()) == ROWS - 100
    assert Backfill.objects.values_list("state", "note").get() == ("done", "")
