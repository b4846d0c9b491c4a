"""What a run prints of its statements."""

import io

import pytest

from apps.database.locks import Holder, HolderKind
from apps.database.migrating.progress import LINE_EVERY_SECONDS, Pace, Progress
from apps.database.migrating.terminal import Bars
from apps.database.observer import Kind, Statement

INDEX = Statement("CREATE INDEX  idx\nON posts (title)", Kind.ONLINE, "SHARE UPDATE EXCLUSIVE")
READER = Holder(41, "psql", "hanna", 12.0, "SELECT 1", HolderKind.CLIENT, "3/7")


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

    monkeypatch.setattr("time.monotonic", lambda: Clock.now)
    return Clock


def test_a_line_is_open_while_its_migration_runs(clock):
    printed = io.StringIO()
    progress = Progress(printed.write)

    progress.begin("posts.0002_index", 1, 3)
    assert printed.getvalue() == "  posts.0002_index (1 of 3) …"
    progress.ended(INDEX, 2.0, 14, 0)
    clock.now += 2
    progress.finish()

    assert printed.getvalue() == (
        "  posts.0002_index (1 of 3) … OK (2.00 s, nobody waited longer than 14 ms)\n"
    )


@pytest.mark.parametrize("made", [lambda out: Progress(out.write), Bars])
def test_what_stopped_is_named_once_on_a_line_of_its_own(made, clock):
    printed = io.StringIO()
    progress = made(printed)

    progress.stopped()
    progress.begin("posts.0002_index", 1, 1)
    progress.stopped()
    progress.stopped()

    assert printed.getvalue() == "  posts.0002_index … stopped (0.00 s)\n"


def test_whom_it_waits_for_has_a_line_of_its_own(clock):
    printed = io.StringIO()
    progress = Progress(printed.write)

    progress.begin("posts.0002_index", 1, 1)
    progress.waits(INDEX, [READER])
    progress.finish()

    first, second, third = printed.getvalue().splitlines()
    assert first == "  posts.0002_index …"
    assert second.startswith("    waits for pid 41 (psql, hanna), for 12.0 s: SELECT 1")
    assert third.startswith("  posts.0002_index … OK")


def test_a_log_says_now_and_then_how_far_it_is(clock):
    printed = io.StringIO()
    progress = Progress(printed.write)
    progress.begin("posts.0002_index", 1, 1)
    progress.started(INDEX)

    for done in range(0, 61, 10):
        progress.progress(INDEX, "Scan the table", done, 100)
        clock.now += LINE_EVERY_SECONDS / 2

    lines = printed.getvalue().splitlines()[1:]
    assert lines[0] == "    Scan the table: 20%, 20 of 100, 2 a second, 40 s left"
    assert len(lines) == 3


def test_a_phase_without_a_measure_has_no_percent(clock):
    pace = Pace()
    pace.note("Sort", 5, 0)

    assert str(pace) == "Sort: 5"


def test_statistics_behind_the_table_give_no_more_than_all(clock):
    pace = Pace()
    pace.note("Scan the table", 100, 100)
    clock.now += 1
    pace.note("Scan the table", 130, 100)

    assert str(pace).startswith("Scan the table: 100%, 130 of 100")
    assert str(pace).endswith("0 s left")


def test_a_terminal_gets_the_same_lines():
    printed = io.StringIO()
    bars = Bars(printed)

    with bars.shown():
        bars.begin("posts.0002_index", 1, 1)
        bars.started(INDEX)
        bars.progress(INDEX, "Scan the table", 30, 100)
        bars.finish()

    assert "  posts.0002_index … OK (" in printed.getvalue()


@pytest.mark.parametrize("made", [lambda out: Progress(out.write), Bars])
def test_a_statement_before_the_first_migration_is_shown_too(made):
    """Django makes its own table of migrations first."""
    progress = made(io.StringIO())

    with progress.shown():
        progress.started(INDEX)
        progress.progress(INDEX, "Scan the table", 30, 100)
        progress.ended(INDEX, 0.1, 0, 0)


@pytest.mark.parametrize("made", [lambda out: Progress(out.write, 0), lambda out: Bars(out, 0)])
def test_nothing_is_said_when_nothing_is_to_be(made):
    printed = io.StringIO()
    progress = made(printed)

    with progress.shown():
        progress.begin("posts.0002_index", 1, 1)
        progress.started(INDEX)
        progress.waits(INDEX, [READER])
        progress.finish()
        progress.say("Done.")

    assert printed.getvalue() == ""
