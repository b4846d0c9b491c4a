"""Who gets a job, and when it comes next."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import connection
from pytest_django.asserts import assertNumQueries

from apps.backoffice import periodic
from apps.backoffice.periodic import Outcome
from apps.operations import actions
from apps.operations.models import Schedule
from tests.operations.jobs import HOUR, database_time, nothing, once, shift
from tests.races import PATIENCE_SECONDS
from tests.sizes import size

pytestmark = pytest.mark.django_db
# Less than half a lease, and more than a busy machine needs from one statement to the next.
SOON = datetime.timedelta(seconds=20)


def row(name="count") -> Schedule:
    return Schedule.objects.get(name=name)


def test_every_registered_job_has_a_row_after_migrate():
    assert set(Schedule.objects.values_list("name", flat=True)) == set(periodic.jobs())


def test_a_new_interval_is_taken_over_and_the_rest_of_the_row_stays(only, monkeypatch):
    only(count=once)
    before = row()
    monkeypatch.setattr(periodic, "_jobs", {})
    periodic.job("count", every=2 * HOUR, description="")(once)
    actions.write_schedules(apps=apps, using="default")
    assert row().every == 2 * HOUR
    assert row().next_run == before.next_run


def test_a_job_of_another_release_is_left_alone(only):
    only(other=once)
    only(count=once)
    assert actions.claim_job("a").name == "count"
    assert actions.claim_job("a") is None
    assert Schedule.objects.filter(name="other").exists()


def test_two_jobs_of_one_name_are_refused(only):
    only(count=once)
    with pytest.raises(ValueError, match="count"):
        periodic.job("count", every=HOUR, description="")(nothing)


def test_a_leased_job_is_nobody_else_s_until_the_lease_runs_out(only):
    only(count=once)
    first = actions.claim_job("a")
    assert first.holder.startswith("a:")
    assert first.leased_until - first.started_at == pytest.approx(actions.LEASE, abs=SOON)
    assert actions.claim_job("b") is None
    shift("count", "leased_until", -2 * actions.LEASE)
    assert actions.claim_job("b").holder.startswith("b:")
    # The first comes back from wherever it hung: it may neither go on nor say how it went.
    assert not actions.renew_lease(first)
    assert not actions.finish_job(first, Outcome("Late"))
    assert row().holder.startswith("b:")
    assert row().result == ""


def test_a_worker_that_lost_its_lease_to_itself_has_lost_it(only):
    only(count=once)
    first = actions.claim_job("a")
    shift("count", "leased_until", -2 * actions.LEASE)
    assert actions.claim_job("a")
    assert not actions.renew_lease(first)


def test_a_renewed_lease_lasts_from_then_on(only):
    only(count=once)
    schedule = actions.claim_job("a")
    shift("count", "leased_until", -actions.LEASE / 2)
    assert actions.renew_lease(schedule)
    left = row().leased_until - database_time()
    assert left == pytest.approx(actions.LEASE, abs=SOON)


def test_hours_without_a_worker_are_caught_up_once(only):
    only(count=once)
    shift("count", "next_run", -7 * HOUR)
    schedule = actions.claim_job("a")
    assert actions.finish_job(schedule, Outcome("7 done"))
    assert actions.claim_job("a") is None
    after = row()
    assert after.next_run - after.started_at == HOUR
    assert (after.result, after.error, after.holder) == ("7 done", "", "")
    assert after.leased_until is None


def test_a_run_without_work_leaves_what_was_done_last(only):
    only(count=once)
    actions.finish_job(actions.claim_job("a"), Outcome("7 done", notice="2 late"))
    done = row()
    shift("count", "next_run", -HOUR)
    actions.finish_job(actions.claim_job("a"), None)
    after = row()
    assert (after.result, after.result_at) == ("7 done", done.result_at)
    assert (after.notice, after.notice_at) == ("2 late", done.notice_at)
    assert after.finished_at > done.finished_at


def test_an_error_stays_until_a_run_goes_well_and_the_next_run_is_one_interval_later(only):
    only(count=once)
    actions.finish_job(actions.claim_job("a"), None, error="x" * 600)
    assert row().error == "x" * 500
    assert row().next_run - row().started_at == HOUR
    shift("count", "next_run", -HOUR)
    actions.finish_job(actions.claim_job("a"), None)
    assert row().error == ""


def test_a_job_that_was_left_is_due_at_once(only):
    only(count=once)
    actions.leave_job(actions.claim_job("a"), Outcome("3 done"))
    assert row().result == "3 done"
    assert actions.claim_job("b") is not None


def test_the_longest_waiting_job_is_first(only):
    only(count=once, sweep=once)
    shift("sweep", "next_run", -HOUR)
    assert actions.claim_job("a").name == "sweep"


def test_asking_for_work_costs_one_statement_and_taking_it_three(only):
    only(count=once, sweep=once)
    with assertNumQueries(3):  # what is due · the lease · the row
        actions.claim_job("a")
    actions.claim_job("a")
    with assertNumQueries(1):
        actions.claim_job("a")


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_job(postgres, only):
    only(count=once)
    workers, rounds = 8, size(10, 200)
    barrier = threading.Barrier(workers)

    def work(holder: int) -> int:
        got = 0
        try:
            connection.ensure_connection()
            for _ in range(rounds):
                barrier.wait(PATIENCE_SECONDS)
                schedule = actions.claim_job(str(holder))
                got += schedule is not None
                barrier.wait(PATIENCE_SECONDS)
                if schedule:
                    actions.finish_job(schedule, Outcome("Done"))
                    shift("count", "next_run", -HOUR)
            return got
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        assert sum(pool.map(work, range(workers))) == rounds
