"""What a page asks the database for, however many numbers it shows."""

from datetime import UTC, date, datetime

import pytest

from apps.reports.daily import daily, daily_all
from apps.reports.periods import Period
from apps.reports.question import Question
from apps.reports.rollups.metrics.comments import RECEIVED
from apps.reports.rollups.metrics.people import ACTIVE, SIGNED_UP
from apps.reports.rollups.metrics.posts import CREATED
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
