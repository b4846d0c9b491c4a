"""What a page asks the database for, however many numbers it shows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.posts.models import Comment, Post
from apps.reports.daily import best, by_key, by_weekday, daily, daily_all, took
from apps.reports.models import DailyTotal, DirtyDay
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.rollups.metric import TOOK
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, SIGNED_UP
from apps.reports.rollups.metrics.posts import CREATED, MOST_COMMENTED, TO_FIRST_COMMENT
from apps.reports.rollups.metrics.staff import PENDING
from apps.reports.rollups.refresh import refresh
from apps.reports.rollups.state import close
from tests.factories import CommentFactory, PostFactory, UserFactory

pytestmark = pytest.mark.django_db
# Ten days, of which the last eight are read from the tables while nothing is kept.
TEN = Period(date(2026, 10, 1), date(2026, 10, 11))


@pytest.fixture
def rows():
    """An account, its post and two comments of visitors, on days of their own."""
    author = UserFactory(created_at=datetime(2026, 10, 5, 12, tzinfo=UTC))
    post = PostFactory(author=author, created_at=datetime(2026, 10, 6, 12, tzinfo=UTC))
    for day in (7, 8):
        CommentFactory(post=post, created_at=datetime(2026, 10, day, 12, tzinfo=UTC))


def test_the_counts_that_are_not_kept_are_read_in_one_statement(rows, django_assert_num_queries):
    # How far the kept ones reach; what is kept; the counts; people, who are no count of rows.
    with django_assert_num_queries(4):
        found = daily_all([CREATED, RECEIVED, SIGNED_UP, ACTIVE], Question(TEN))
    assert [one.each(TEN) for one in found] == [
        (0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0, 1, 1, 0, 0),
        (0, 0, 0, 0, 1, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
    ]


def test_what_was_read_for_a_question_is_not_read_again(rows, django_assert_num_queries):
    question = Question(TEN)
    daily(RECEIVED, question, "status")
    with django_assert_num_queries(0):
        found = daily(RECEIVED, question, "status")
    assert found.by_key(TEN) == {"pending": 2}
    with django_assert_num_queries(2):
        daily(RECEIVED, question)


def test_sums_of_a_period_are_those_of_its_days(rows):
    """Some days kept, one of them marked, the newest read from the tables."""
    list(refresh())
    Comment.objects.filter(created_at__day=7).update(status="spam")
    DirtyDay.objects.create(day=date(2026, 10, 7))
    question = Question(TEN)
    assert question.freshness.live == {date(2026, 10, 7)}
    assert by_key(RECEIVED, question, "status") == {"spam": 1, "pending": 1}
    # A Wednesday and a Thursday.
    assert by_weekday(RECEIVED, question, "hour") == {(3, "12"): 1, (4, "12"): 1}
    assert daily(RECEIVED, question, "status").by_key(TEN) == {"spam": 1, "pending": 1}


def test_a_day_whose_rows_may_be_gone_is_read_as_it_was_kept(monkeypatch):
    """It is marked since a post of it has changed; its pending edits are removed meanwhile."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 8, 12, tzinfo=UTC))
    days = [date(2026, 10, number) for number in (9, 10)]
    for day in days:
        for where in ({}, {"dimension": "cause", "key": "lock"}):
            DailyTotal.objects.create(day=day, metric=PENDING.name, value=3, **where)
    close(date(2026, 11, 7))
    DirtyDay.objects.bulk_create(DirtyDay(day=day) for day in days)
    # 29 days are sure to be there.
    assert daily(PENDING, Question(TEN)).each(TEN)[-2:] == (3, 0)
    assert by_key(PENDING, Question(TEN), "cause") == {"lock": 3}


def test_the_best_of_a_period_of_equals_the_later():
    for day, comments in ((5, 3), (6, 7), (6, 3), (7, 1)):
        moment = datetime(2026, 10, day, 12, tzinfo=UTC)
        PostFactory(status="published", published_at=moment, comment_count=comments)
    first, most, equal, _ = Post.objects.order_by("pk").values_list("pk", flat=True)
    expected = [(most, 7), (equal, 3), (first, 3)]
    # From the tables, then as they were kept, then one day of them from the tables again.
    assert list(best(MOST_COMMENTED, Question(TEN), "post", 3).items()) == expected
    list(refresh())
    assert list(best(MOST_COMMENTED, Question(TEN), "post", 3).items()) == expected
    Post.objects.filter(pk=equal).update(comment_count=9)
    DirtyDay.objects.create(day=date(2026, 10, 6))
    assert next(iter(best(MOST_COMMENTED, Question(TEN), "post", 3).items())) == (equal, 9)


def test_times_by_week_are_those_of_its_days():
    """Two weeks, the first of them cut; a day of each is kept, and one is read from the tables."""
    for day, hours in ((1, 1), (4, 5), (6, 30), (7, 2)):
        moment = datetime(2026, 10, day, 12, tzinfo=UTC)
        post = PostFactory(status="published", published_at=moment, comment_count=1)
        CommentFactory(post=post, status="approved", created_at=moment + timedelta(hours=hours))
    list(refresh())
    DirtyDay.objects.create(day=date(2026, 10, 7))
    weeks = Question(TEN, "week")
    by_week, by_day = took(TO_FIRST_COMMENT, weeks), daily(TO_FIRST_COMMENT, weeks, TOOK)
    assert [by_week.over(week) for week in weeks.buckets] == [2, 2]
    for period in [*weeks.buckets, TEN]:
        assert by_week.by_key(period) == by_day.by_key(period)
