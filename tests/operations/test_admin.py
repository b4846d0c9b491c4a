"""The list of jobs, the page of one, and starting one by hand."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.backoffice.periodic import Outcome
from apps.operations import actions
from apps.operations.models import Schedule
from apps.operations.wording import absence, duration, interval
from tests.factories import ed, otto, rory
from tests.operations.jobs import HOUR, once, shift

pytestmark = pytest.mark.django_db
LIST = "/admin/operations/schedule/"
MINUTE = datetime.timedelta(minutes=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def operator(client):
    client.force_login(otto())
    return client


def page(client, address=LIST) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def run_address() -> str:
    return reverse("admin:operations_schedule_run", args=[Schedule.objects.get().pk])


def run(error=""):
    """In 200 seconds."""
    actions.finish_job(actions.claim_job("worker"), Outcome("7 <done>"), error)
    Schedule.objects.update(finished_at=timezone.now() + 200 * SECOND)


def test_the_list_says_how_a_job_went_and_when_it_comes_again(operator, only):
    only(count=once)
    run()
    shown = page(operator)
    for part in ("count", "every hour", ">OK<", "3 min", "7 &lt;done&gt;"):
        assert part in shown
    assert "Add schedule" not in shown


def test_an_error_takes_the_place_of_the_result(operator, only):
    only(count=once)
    run(error="ValueError: no author")
    shown = page(operator)
    assert ">Failed<" in shown
    assert "ValueError: no author" in shown
    assert "7 &lt;done&gt;" not in shown


@pytest.mark.parametrize(
    ("column", "by", "standing"),
    [
        ("next_run", -4 * MINUTE, "OK"),
        ("next_run", -6 * MINUTE, "Overdue"),
        ("leased_until", 0 * MINUTE, "Running"),
        ("leased_until", -2 * MINUTE, "Lost its worker"),
    ],
)
def test_the_badge_says_how_a_job_stands(operator, only, column, by, standing):
    only(count=once)
    if column == "leased_until":
        actions.claim_job("worker")
    shift("count", column, by)
    assert f">{standing}<" in page(operator)
    assert f">{standing}<" in page(operator, run_address().replace("/run/", "/change/"))


def test_run_now_makes_a_job_due_and_is_written_down(operator, only):
    only(count=once)
    run()
    assert actions.claim_job("worker") is None
    answer = operator.post(run_address(), follow=True)
    assert "a worker takes it up within seconds" in answer.content.decode()
    assert actions.claim_job("worker") is not None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_label, entry.actor_label) == ("run", "count", "Otto")
    assert "Started" in page(operator, "/admin/")


def test_run_now_says_that_there_is_no_worker(operator, only):
    only(count=once)
    answer = operator.post(run_address(), follow=True).content.decode()
    assert "No worker has run yet. Start manage.py worker." in answer


def test_a_job_that_runs_is_not_started_again(operator, only):
    only(count=once)
    actions.claim_job("worker")
    before = Schedule.objects.get()
    answer = operator.post(run_address(), follow=True).content.decode()
    assert "running already" in answer
    assert Schedule.objects.get().next_run == before.next_run
    assert not AuditEntry.objects.exists()


def test_several_are_started_from_the_list(operator, only):
    only(count=once, sweep=once)
    for _ in range(2):
        actions.finish_job(actions.claim_job("worker"), None)
    chosen = list(Schedule.objects.values_list("pk", flat=True))
    form = {"action": "run_now", "_selected_action": chosen}
    assert "2 jobs are due" in operator.post(LIST, form, follow=True).content.decode()
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("who", [ed, rory])
def test_others_neither_see_nor_start_jobs(client, only, who):
    only(count=once)
    client.force_login(who())
    assert client.get(LIST).status_code == 403
    assert client.post(run_address()).status_code == 403
    assert "Periodic jobs" not in page(client, "/admin/")


def test_home_names_jobs_in_trouble_and_says_nothing_while_all_is_well(operator, only):
    only(count=once)
    run()
    assert "Periodic jobs" not in page(operator, "/admin/")
    shift("count", "next_run", -2 * HOUR)
    shift("count", "started_at", -2 * HOUR)
    shift("count", "finished_at", -2 * HOUR)
    shown = page(operator, "/admin/")
    assert "Overdue" in shown
    assert "No worker has run since" in shown
    assert "manage.py worker" in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.25, "0.2 s"), (12, "12 s"), (299, "4 min"), (11_100, "3 h 5 min"), (7_200, "2 h"),
     (187_200, "2 d 4 h")],
)  # fmt: skip
def test_durations_in_words(seconds, words):
    assert duration(datetime.timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("every", "words"),
    [(MINUTE, "every minute"), (15 * MINUTE, "every 15 minutes"), (HOUR, "every hour"),
     (24 * HOUR, "every day"), (90 * SECOND, "every 90 seconds")],
)  # fmt: skip
def test_intervals_in_words(every, words):
    assert interval(every) == words


def test_a_worker_is_missed_after_five_minutes(only):
    only(count=once)
    schedule = Schedule.objects.get()
    now = timezone.now()
    assert absence([schedule], now) == "No worker has run yet."
    schedule.started_at = now - 4 * MINUTE
    assert absence([schedule], now) == ""
    schedule.started_at = now - 6 * MINUTE
    assert absence([schedule], now).startswith("No worker has run since ")
    schedule.leased_until = now + SECOND
    assert absence([schedule], now) == ""
