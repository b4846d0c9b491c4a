from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.users.demo import STAFF
from apps.users.models import User

pytestmark = pytest.mark.django_db


def demo_accounts() -> str:
    told = StringIO()
    call_command("demo_accounts", stdout=told)
    return told.getvalue()


def test_each_role_has_an_account_that_can_log_in(settings, client):
    settings.DEMO_STAFF_ALLOWED = True
    told = demo_accounts()
    for email, (_, role) in STAFF.items():
        person = User.objects.get(email=email)
        assert person.is_staff
        assert person.check_password("copydesk-demo")
        assert [group.name for group in person.groups.all()] == [role]
        assert person.is_superuser == (role == "Admin")
        assert email in told


def test_a_second_run_changes_nothing(settings):
    settings.DEMO_STAFF_ALLOWED = True
    demo_accounts()
    User.objects.filter(email="editor@example.com").update(name="Edith")
    before = list(User.objects.order_by("id").values())
    demo_accounts()
    assert list(User.objects.order_by("id").values()) == before


def test_outside_development_there_are_none():
    with pytest.raises(CommandError, match="public password"):
        demo_accounts()
    assert not User.objects.exists()


def test_a_database_with_staff_of_its_own_gets_none(settings):
    settings.DEMO_STAFF_ALLOWED = True
    User.objects.create_superuser("olive@example.com", "Olive", "a long password")
    with pytest.raises(CommandError, match="staff of its own"):
        demo_accounts()
    assert User.objects.count() == 1
