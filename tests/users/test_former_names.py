"""What entries of before a rename say is still the history of the field."""

import pytest
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.activity.states import state_at, state_of
from apps.activity.verification import verify
from apps.users import actions
from apps.users.models import User
from tests.factories import UserFactory, olive

pytestmark = pytest.mark.django_db


@pytest.fixture
def suspended() -> User:
    """By the release before, whose entry has the field's former name; let in by this one."""
    user = UserFactory(suspended_until=timezone.now(), suspension_reason="Spam", version=2)
    AuditEntry.objects.create(
        object_type="users.user",
        object_id=user.pk,
        object_label=user.name,
        action="suspend",
        version=2,
        source="bulk",
        changes={"suspended_reason": ["", "Spam"]},
    )
    actions.unsuspend_users(User.objects.filter(pk=user.pk), by=olive())
    user.refresh_from_db()
    return user


def test_each_version_has_its_reason(suspended):
    now = state_of(suspended)
    reasons = [state_at(now, version).values["suspension_reason"] for version in (1, 2, 3)]
    assert reasons == ["", "Spam", ""]


def test_history_adds_up(suspended):
    assert verify(lambda count: None, lambda count: None).breaks == []


def test_history_that_does_not_add_up_is_found_under_either_name(suspended):
    User.objects.filter(pk=suspended.pk).update(suspension_reason="Forged")
    (found,) = verify(lambda count: None, lambda count: None).breaks
    assert "suspension_reason" in str(found)


def test_its_page_shows_the_value_under_todays_name(suspended, client):
    client.force_login(olive(email="o@example.com"))
    page = client.get(f"/admin/users/user/{suspended.pk}/history/").content.decode()
    assert "Suspension reason" in page
    assert "Suspended reason" not in page
    assert "Spam" in page
