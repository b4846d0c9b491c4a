"""What a backfill of a million rows promises, with writers beside it and its own pace.

In a file of its own, for it takes minutes. The bounds in seconds are those of the acceptance
list, times four, and wider by what the machine itself kept a client waiting.
"""

import threading
import time
from statistics import quantiles

import pytest
from django.db import connection

from apps.database.backfilling import engine, run, walk
from apps.database.backfilling.progress import percent, seconds_left
from apps.database.backfilling.signals import ReplicationLag
from apps.database.models import Backfill
from tests import sizes
from tests.database.backfilling.observing import Watcher
from tests.database.backfilling.tables import Numbered, changes, fill, work
from tests.sessions import address
from tests.timing import Pauses

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, available_apps=["apps.database"]),
]
ROWS = sizes.BACKFILL_ROWS
TOLERANCE = 4


@pytest.fixture
def rows(filling, postgres, monkeypatch):
    monkeypatch.setattr(walk, "LOOK_SECONDS", 0.5)
    fill(Numbered, ROWS)


class Client(threading.Thread):
    """Writes one row after another, and remembers how long each took, in seconds."""

    def __init__(self):
        super().__init__()
        self.stop, self.took = threading.Event(), []

    def run(self):
        try:
            number = 0
            while not self.stop.wait(0.02):
                number += 7919
                begun = time.perf_counter()
                Numbered.objects.filter(pk=number % ROWS + 1).update(filled=number)
                self.took.append(time.perf_counter() - begun)
        finally:
            connection.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.stop.set()
        self.join(30)


def test_who_writes_hardly_notices_and_half_way_the_time_left_is_right(rows, watch):
    told = {}

    class Looking(Watcher):
        def progress(self, *facts):
            super().progress(*facts)
            row = Backfill.objects.get()
            if percent(row) >= 50 and not told:
                told.update(at=time.perf_counter(), left=seconds_left(row))

    watcher = watch(Looking())
    with Pauses(address()) as pauses, Client() as client:
        run(work())
    ended = time.perf_counter()

    assert watcher.percents() == sorted(watcher.percents())
    assert watcher.percents()[-1] == 100
    assert not Numbered.objects.filter(filled=None).exists()
    assert set(changes()) <= {0, 1}
    assert max(client.took) - pauses.longest < TOLERANCE * 0.25, quantiles(client.took, n=100)[-3:]
    left = ended - told["at"]
    assert left / 2 / TOLERANCE < told["left"] < left * 2 * TOLERANCE


class Lag(ReplicationLag):
    """Of a replica that is behind from two seconds after the first look on, for three."""

    def __init__(self):
        self.first = None

    def seconds(self) -> float:
        now = time.perf_counter()
        self.first = self.first or now
        return 7.2 if 2 <= now - self.first < 5 else 0.0


def test_it_steps_aside_within_two_seconds_and_goes_on_by_itself(rows, watch, monkeypatch):
    lag, aside = Lag(), []
    monkeypatch.setattr(engine, "signals", lambda *facts: [lag])
    watcher = watch(Watcher())
    watcher.steps_aside = lambda *facts: aside.append(time.perf_counter() - lag.first)
    went_on = []

    def progress(*facts):
        if aside and not went_on:
            went_on.append(time.perf_counter() - lag.first)

    watcher.progress = progress
    assert run(work()) == ROWS

    assert len(aside) == len(went_on) == 1
    assert 2 <= aside[0] < 2 + 2 * TOLERANCE
    assert 5 <= went_on[0] < 5 + 2 * TOLERANCE
