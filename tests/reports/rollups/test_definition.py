"""What the totals mean has a number: another one, and every day is computed again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.reports.models import DirtyDay, RollupState
from apps.reports.rollups import state
from apps.reports.rollups.days import today
from apps.reports.rollups.metrics import METRICS
from apps.reports.rollups.refresh import refresh
from tests.factories import PostFactory

DECLARED = {
    2: {
        "comments.received": "status hour",
        "comments.time_to_handle": "",
        "edits.merged": "",
        "edits.merged_by_hand": "",
        "edits.pending": "cause",
        "edits.saved": "",
        "people.signed_up": "standing region standing region",
        "posts.archived": "",
        "posts.created": "category kind",
        "posts.missed": "post",
        "posts.most_commented": "post",
        "posts.published": "category kind",
        "posts.scheduled": "",
        "posts.submitted": "category kind",
        "posts.time_to_first_comment": "",
        "posts.time_to_publish": "",
        "staff.actions": "actor action what actor action",
    }
}


def test_another_metric_or_dimension_is_another_definition():
    """Raise DEFINITION and write down here what it stands for; the old one goes."""
    found = {name: " ".join(metric.dimensions) for name, metric in METRICS.items()}
    assert found == DECLARED[state.DEFINITION]


@pytest.fixture
def computed(db):
    PostFactory(status="published", published_at=timezone.now() - timedelta(days=3))
    sum(refresh())


def test_totals_of_an_older_release_are_computed_again(computed, monkeypatch):
    assert sum(refresh()) == 0
    monkeypatch.setattr(state, "DEFINITION", 10)
    assert sum(refresh()) >= 3
    assert RollupState.objects.get().definition == 10
    assert sum(refresh()) == 0


def test_until_then_a_page_says_that_they_are_behind(computed, monkeypatch):
    days = today() - timedelta(days=30), today()
    assert state.reach().dirty_days(*days) == [today()]
    monkeypatch.setattr(state, "DEFINITION", 10)
    assert len(state.reach().dirty_days(*days)) == 31


def test_a_release_leaves_the_totals_of_a_later_one_alone(computed):
    RollupState.objects.update(definition=99)
    DirtyDay.objects.create(day=today() - timedelta(days=2))
    assert sum(refresh()) == 0
    assert DirtyDay.objects.exists()
    assert RollupState.objects.get().definition == 99
