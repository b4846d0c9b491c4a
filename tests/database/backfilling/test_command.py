import json
import os
import signal
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.database import backfilling
from apps.database.backfilling import BackfillPaused
from apps.database.management.commands import backfill as command
from apps.database.models import Backfill

pytestmark = pytest.mark.django_db


def row(**values) -> Backfill:
    values = {
        "name": "posts.0014_fill",
        "table": "posts",
        "column": "reading_minutes",
        "cursor": "381",
        "lowest": "1",
        "highest": "1001",
        "rows_done": 3800,
        "rows_expected": 9_000,
        "rows_per_second": 62.0,
    } | values
    return Backfill.objects.create(**values)


def backfill(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", *arguments, stdout=out)
    return out.getvalue()


def test_with_none_the_list_says_so():
    assert backfill("list") == "There are no backfills.\n"
    assert json.loads(backfill("list", "--json")) == []
    assert backfill("run") == "Every backfill is done.\n"


def test_the_list_shows_how_far_each_is_and_why_one_stands_still():
    row()
    row(name="users.0021_fill", state="waiting", note="replica 7.2 s behind", rows_per_second=0)
    row(name="posts.0013_fill", state="done", rows_done=1_904_331)

    heading, first, second, why, third = backfill("list").splitlines()

    assert heading.split()[:5] == ["Name", "Column", "State", "%", "Rows"]
    running = "posts.0014_fill posts.reading_minutes running 38 % 3,800 of 10,000 62 100 s"
    assert " ".join(first.split()) == running
    assert second.split()[2:5] == ["waiting", "38", "%"]
    assert second.endswith("–")
    assert why == "    replica 7.2 s behind"
    assert "100 %  1,904,331 of 1,904,331" in third


def test_one_that_nobody_moves_is_stopped_and_the_list_says_what_to_do():
    made = row()
    Backfill.objects.update(updated_at=timezone.now() - timedelta(minutes=2))

    _, line, to_do = backfill("list").splitlines()

    assert " stopped " in line
    assert f"`manage.py backfill run {made.name}` goes on where it stopped" in to_do
    [as_json] = json.loads(backfill("list", "--json"))
    assert as_json["is_silent"]
    assert (as_json["percent"], as_json["rows_in_all"]) == (38, 10_000)


def test_pausing_and_resuming_say_what_comes_next():
    made = row()

    said = backfill("pause", made.name, "--by", "hanna", "--reason", "storm coverage")
    made.refresh_from_db()

    assert (made.state, made.note) == ("paused", "paused by hanna: storm coverage")
    assert f"manage.py backfill resume {made.name}" in said
    assert "lets it go on" in backfill("list")
    with pytest.raises(BackfillPaused, match="storm coverage"):
        backfill("run", made.name)
    assert "may go on" in backfill("resume", made.name, "--by", "hanna")
    made.refresh_from_db()
    assert made.state == "waiting"


def test_one_that_a_deployment_ends_says_what_comes_next(monkeypatch):
    def run(*_, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    made, said = row(), StringIO()
    monkeypatch.setattr(command, "work_named", lambda *_: made)
    monkeypatch.setattr(backfilling, "run", run)

    with pytest.raises(SystemExit) as ended:
        call_command("backfill", "run", made.name, stdout=StringIO(), stderr=said)

    assert ended.value.code == 130
    assert "What was done is kept" in said.getvalue()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nope"], "No nope was begun"),
        (["pause", "nope"], "There is no nope"),
        (["resume", "posts.0014_fill"], "is running"),
        (["run", "posts.0014_fill"], "`manage.py migrate` ends it"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_can(arguments, said):
    row()

    with pytest.raises(CommandError, match=said):
        backfill(*arguments)
