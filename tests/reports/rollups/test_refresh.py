"""Days are computed once they have passed, when they are marked, and none is lost."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.backoffice import periodic
from apps.posts import actions as posts
from apps.posts.models import Post
from apps.reports import tasks
from apps.reports.models import AuthorDay, AuthorTotal, DailyTotal, DirtyDay, RollupState
from apps.reports.rollups import authors, state
from apps.reports.rollups import refresh as refreshing
from apps.reports.rollups.checking import check
from apps.reports.rollups.days import day_of, runs, today
from apps.reports.rollups.locks import Busy, turn
from apps.reports.rollups.metrics import METRICS
from apps.reports.rollups.reading import daily, freshness
from apps.reports.rollups.refresh import refresh, reopen
from apps.reports.rollups.state import reach
from apps.users.models import User
from tests.factories import PostFactory, UserFactory, olive
from tests.races import PATIENCE_SECONDS, Alongside
from tests.sizes import ROLLUP_WRITERS

pytestmark = pytest.mark.django_db
CREATED = METRICS["posts.created"]


def ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def a_post(moment: datetime) -> Post:
    """By the one author there is, who joined with his first post."""
    author = User.objects.first() or UserFactory(created_at=moment)
    return PostFactory(created_at=moment, author=author)


def run() -> int:
    return sum(refresh())


def kept(metric: str = "posts.created") -> dict[date, int]:
    rows = DailyTotal.objects.filter(metric=metric, dimension="")
    return dict(rows.values_list("day", "value"))


def differences() -> list[str]:
    return [str(one) for part in check() for one in part.differences]


def test_nothing_at_all():
    assert run() == 0
    assert differences() == []
    assert daily(CREATED, start=ago(3).date(), end=today()) == []


def test_days_are_closed_when_they_have_passed():
    with time_machine.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        a_post(ago(3))
        assert run() == 3
        assert RollupState.objects.get().closed_until == date(2026, 5, 8)
        # Found the same, and written again by none.
        before = DailyTotal.objects.values_list("computed_at", flat=True)[0]
        assert run() == 0
        assert DailyTotal.objects.values_list("computed_at", flat=True)[0] == before


def test_a_day_stays_open_for_an_hour():
    """A machine's clock may be behind, and a transaction of before midnight end after it."""
    with time_machine.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        a_post(ago(1))
        run()
    with time_machine.travel(datetime(2026, 5, 10, 0, 30, tzinfo=UTC)):
        # Of the day that is over, and left without a mark by whoever thought it was today.
        a_post(datetime(2026, 5, 9, 23, 59, tzinfo=UTC))
        run()
        assert RollupState.objects.get().closed_until == date(2026, 5, 8)
        assert kept()[date(2026, 5, 9)] == 1
        a_post(datetime(2026, 5, 9, 23, 59, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 5, 10, 1, 1, tzinfo=UTC)):
        run()
        assert RollupState.objects.get().closed_until == date(2026, 5, 9)
        assert kept()[date(2026, 5, 9)] == 2


def test_weeks_without_a_worker():
    with time_machine.travel(datetime(2026, 5, 9, 12, tzinfo=UTC)):
        a_post(ago(1))
        run()
    a_post(datetime(2026, 6, 9, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 7, 9, 12, tzinfo=UTC)):
        assert run() == 61
        assert kept()[date(2026, 6, 9)] == 1
        assert differences() == []


def test_killed_in_the_middle_it_goes_on_where_it_was(monkeypatch):
    for days in (20, 15, 10, 5):
        a_post(ago(days))
    batches = refresh()
    done = next(batches) + next(batches)
    batches.close()
    assert RollupState.objects.get().closed_until == day_of(ago(20)) + timedelta(days=done - 1)
    assert len(reach().dirty_days(day_of(ago(20)), today())) == 21 - done
    run()
    assert differences() == []
    assert list(kept()) == sorted(day_of(ago(days)) for days in (20, 15, 10, 5))


def test_another_time_zone_computes_all_days_again(settings):
    with time_machine.travel(datetime(2026, 5, 20, 12, tzinfo=UTC)):
        a_post(datetime(2026, 5, 9, 22, 30, tzinfo=UTC))
        run()
        assert kept() == {date(2026, 5, 9): 1}
        settings.TIME_ZONE = "Europe/Copenhagen"
        assert reach().until is None
        assert run() == 11
        assert kept() == {date(2026, 5, 10): 1}
        assert differences() == []


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Copenhagen", date(2026, 3, 29), 23),
        ("Europe/Copenhagen", date(2026, 10, 25), 25),
        # Midnight itself is left out, or comes twice.
        ("America/Santiago", date(2025, 9, 7), 23),
        ("America/Havana", date(2025, 11, 2), 25),
    ],
)
def test_days_on_which_the_clocks_change(settings, zone, day, hours):
    settings.TIME_ZONE = zone
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    for hour in range(-36, 37):
        a_post(noon + timedelta(hours=hour, minutes=1))
    with time_machine.travel(noon + timedelta(days=5)):
        run()
        assert kept()[day] == hours
        assert differences() == []


def test_from_a_day_and_all():
    for days in (20, 10):
        a_post(ago(days))
    run()
    DailyTotal.objects.all().delete()
    call_command("refresh_rollups", "--from", str(day_of(ago(10))), verbosity=0)
    assert list(kept()) == [day_of(ago(10))]
    call_command("refresh_rollups", "--all", verbosity=0)
    assert len(kept()) == 2


def test_days_before_the_first_row_of_today_are_emptied():
    old = PostFactory(created_at=ago(50), author=UserFactory(created_at=ago(1)))
    run()
    Post.objects.filter(pk=old.pk).delete()
    assert any("posts.created" in one for one in differences())
    call_command("refresh_rollups", "--all", verbosity=0)
    assert kept() == {}
    assert not AuthorDay.objects.exists()
    assert not AuthorTotal.objects.exists()
    assert differences() == []


def test_the_command_refuses_what_is_no_day():
    with pytest.raises(CommandError, match="2026-01-31"):
        call_command("refresh_rollups", "--from", "yesterday")


def test_what_is_behind_is_named():
    a_post(ago(30))
    first = day_of(ago(30))
    fresh = freshness(first, today() + timedelta(days=1), reach())
    assert len(fresh.live) == 8
    assert today() in fresh.live
    assert fresh.late[0] == first
    assert len(fresh.late) == 23
    run()
    fresh = freshness(first, today() + timedelta(days=1), reach())
    assert (list(fresh.late), list(fresh.live)) == ([], [today()])


def test_what_is_marked_is_read_from_the_tables():
    post = a_post(ago(9))
    a_post(ago(5))
    run()
    posts.move_post_to_trash(post, by=olive(created_at=ago(0)))
    a_post(timezone.now())
    with CaptureQueriesContext(connection) as queries:
        found = daily(CREATED, start=day_of(ago(10)), end=today() + timedelta(days=1))
    assert {row.day: row.value for row in found} == {day_of(ago(5)): 1, today(): 1}
    # How far the totals reach, the kept ones, and those of today and the marked day.
    assert len(queries) == 3
    # By category and kind as well.
    by_kind = daily(CREATED, "kind", start=day_of(ago(10)), end=today() + timedelta(days=1))
    assert [(row.day, row.key) for row in by_kind] == [(day_of(ago(5)), "post"), (today(), "post")]


def test_check_names_the_first_difference():
    a_post(ago(9))
    call_command("refresh_rollups", verbosity=0)
    call_command("check_rollups", verbosity=0)
    DailyTotal.objects.filter(metric="posts.created", dimension="").update(value=5)
    day = day_of(ago(9))
    message = f"posts.created {day} is kept as 5, the tables say 1"
    with pytest.raises(CommandError, match=message):
        call_command("check_rollups", verbosity=0)
    with pytest.raises(tasks.RollupsDiffer, match=message):
        list(tasks.check_rollups())


@pytest.mark.parametrize(
    ("model", "change", "said"),
    [
        (AuthorDay, {"written": 7}, "author"),
        (AuthorTotal, {"posts": 7}, "author"),
        (AuthorTotal, {"first_day": date(2020, 1, 1)}, "author"),
        (AuthorTotal, {"region": "East"}, "region of"),
    ],
)
def test_check_looks_at_people_too(model, change, said):
    a_post(ago(9))
    run()
    assert differences() == []
    model.objects.update(**change)
    assert any(said in one for one in differences())


@pytest.mark.parametrize("metric", ["people.active", "people.cohort", "people.new_contributors"])
def test_check_looks_at_weeks_and_months(metric):
    a_post(ago(9))
    run()
    for row in DailyTotal.objects.filter(metric=metric):
        DailyTotal.objects.filter(pk=row.pk).update(value=row.value + 1)
        assert any(metric in one for one in differences()), row
        DailyTotal.objects.filter(pk=row.pk).delete()
        assert any(metric in one for one in differences()), row
        row.save(force_insert=True)
    assert differences() == []


def test_the_worker_says_what_it_did():
    assert {"refresh_rollups", "check_rollups"} <= periodic.jobs().keys()
    assert list(tasks.refresh_rollups()) == []
    a_post(ago(2))
    said = [outcome.text for outcome in tasks.refresh_rollups()]
    assert said[-1] == "2 days computed"
    assert list(tasks.refresh_rollups()) == []
    assert [outcome.text for outcome in tasks.check_rollups()][
        -1
    ] == "2 days are what the tables say"


def test_a_refreshed_day_costs_the_same_however_many_rows_it_has():
    def statements(rows: int) -> int:
        author, day = User.objects.get(), ago(9)
        Post.objects.bulk_create(
            PostFactory.build(author=author, created_at=day) for _ in range(rows)
        )
        DirtyDay.objects.create(day=day_of(day))
        with CaptureQueriesContext(connection) as queries:
            assert refreshing.next_batch(1) == [day_of(day)]
        return len(queries)

    a_post(ago(12))
    run()
    statements(2)
    assert statements(3) == statements(300)


def test_a_batch_has_as_many_days_as_its_time_is_for(monkeypatch):
    monkeypatch.setitem(refreshing.BATCH_SECONDS, connection.vendor, 2)
    assert refreshing.next_size(1, took=0.01) == 2
    assert refreshing.next_size(8, took=1.6) == 10
    assert refreshing.next_size(8, took=4) == 4
    assert refreshing.next_size(1, took=60) == 1
    assert refreshing.next_size(64, took=0.1) == refreshing.MOST_DAYS


def test_many_changes_are_looked_at_before_they_are_joined_with(monkeypatch):
    monkeypatch.setattr(authors, "MANY", 1)
    a_post(ago(2))
    PostFactory(created_at=ago(2), author=UserFactory(created_at=ago(2)))
    with CaptureQueriesContext(connection) as queries:
        run()
    looked = [one for one in queries if one["sql"].startswith("ANALYZE")]
    assert len(looked) == (connection.vendor == "postgresql")
    assert AuthorTotal.objects.count() == 2
    assert differences() == []


def test_days_that_follow_each_other_are_one_run():
    days = [date(2026, 5, day) for day in (4, 1, 2, 9, 2)]
    first, last = date(2026, 5, 1), date(2026, 5, 2)
    assert runs(days) == [(first, last), (days[0], days[0]), (days[3], days[3])]


@pytest.mark.django_db(transaction=True)
def test_one_refresh_at_a_time(postgres):
    holds, done = threading.Event(), threading.Event()

    def hold():
        with turn():
            holds.set()
            done.wait(PATIENCE_SECONDS)

    a_post(ago(2))
    holding = Alongside(hold)
    assert holds.wait(PATIENCE_SECONDS)
    with pytest.raises(Busy):
        run()
    assert list(tasks.refresh_rollups()) == []
    done.set()
    assert holding.outcome() is None
    assert run() == 2


@pytest.mark.django_db(transaction=True)
def test_a_day_is_not_closed_under_a_transaction_that_may_have_begun_in_it(postgres):
    writes, done = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            a_post(timezone.now())
            writes.set()
            done.wait(PATIENCE_SECONDS)

    # The server's clock is never ahead: in the hour after midnight yesterday is open to it.
    a_post(ago(2))
    writing = Alongside(write)
    assert writes.wait(PATIENCE_SECONDS)
    # A day later by our clock; the writer's mark, if he had written one, would be of today.
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        run()
        assert RollupState.objects.get().closed_until < state.today() - timedelta(days=1)
        done.set()
        assert writing.outcome() is None
        run()
        assert RollupState.objects.get().closed_until == today() - timedelta(days=1)
        assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_while_others_write_no_day_is_lost(postgres):
    """Writers move posts in and out of a week's days while one refresh follows another."""
    by = olive(is_superuser=True, created_at=ago(7))
    rows = [a_post(ago(1 + n % 7)) for n in range(21)]
    run()
    stop = threading.Event()

    def write(own):
        for turn_ in range(ROLLUP_WRITERS):
            for post in own:
                act = posts.restore_post if turn_ % 2 else posts.move_post_to_trash
                act(post, by=by)

    def keep_refreshing():
        while not stop.is_set():
            run()

    writers = [Alongside(lambda own=rows[n::3]: write(own)) for n in range(3)]
    refresher = Alongside(keep_refreshing)
    ends = [writer.outcome() for writer in writers]
    # What is not marked now is right, in the middle of it all.
    stop.set()
    assert [*ends, refresher.outcome()] == [None] * 4
    assert differences() == []
    run()
    assert not DirtyDay.objects.exists()
    assert differences() == []
    reopen(None)
    before = kept()
    run()
    assert kept() == before


@pytest.mark.django_db(transaction=True)
def test_a_mark_that_comes_after_the_marks_were_read_stays(postgres, monkeypatch):
    by, post = olive(is_superuser=True, created_at=ago(3)), a_post(ago(3))
    run()
    DirtyDay.objects.create(day=day_of(ago(3)))
    stock = refreshing.truth

    def truth(*args, **options):
        found = stock(*args, **options)
        # Commits when the day has been read, before its marks are deleted.
        monkeypatch.undo()
        Alongside(lambda: posts.move_post_to_trash(post, by=by)).outcome()
        return found

    monkeypatch.setattr(refreshing, "truth", truth)
    assert next(refresh()) == 1
    assert list(DirtyDay.objects.values_list("day", flat=True)) == [day_of(ago(3))]
    run()
    assert differences() == []
