from datetime import timedelta

import pytest
from django.utils import timezone

from apps.backoffice import periodic
from apps.editing import actions, tasks
from apps.editing.models import PendingEdit
from tests.factories import PendingEditFactory

pytestmark = pytest.mark.django_db


def kept(days: float, **values) -> PendingEdit:
    """An edit that was kept so long ago; the database's own clock sets the time of a new one."""
    edit = PendingEditFactory(**values)
    edit.created_at = timezone.now() - timedelta(days=days)
    edit.save(update_fields=["created_at"])
    return edit


def test_what_was_kept_is_removed_after_thirty_days_and_no_sooner():
    young = kept(days=29.9)
    kept(days=30.1)
    # What became of it is in the history of its object.
    kept(days=31, resolution="applied", resolved_at=timezone.now())
    assert [outcome.text for outcome in tasks.purge_pending_edits()] == ["2 pending edits removed"]
    assert list(PendingEdit.objects.all()) == [young]


def test_the_oldest_go_first_a_batch_at_a_time(monkeypatch):
    monkeypatch.setattr(tasks, "BATCH", 2)
    edits = [kept(days=40 - number) for number in range(5)]
    assert actions.purge_old_edits(2) == 2
    assert set(PendingEdit.objects.all()) == set(edits[2:])
    said = [outcome.text for outcome in tasks.purge_pending_edits()]
    assert said == ["2 pending edits removed", "3 pending edits removed"]


def test_where_nothing_is_old_it_says_nothing():
    kept(days=1)
    assert list(tasks.purge_pending_edits()) == []


def test_the_worker_does_it_every_day():
    assert periodic.jobs()["purge_pending_edits"].every == timedelta(days=1)
