import pytest
from django.core.management import CommandError, call_command

from apps.activity.models import AuditEntry
from apps.users.management.commands import changepassword
from apps.users.models import Session
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
GOOD = "correct-horse-battery-staple"


@pytest.fixture
def types(monkeypatch):
    """What is typed at the prompts, in order."""

    def prompts(*answers):
        given = iter(answers)
        monkeypatch.setattr(changepassword, "getpass", lambda prompt: next(given))

    return prompts


def test_it_changes_the_password_with_a_version_and_an_entry(types, client):
    user = UserFactory(staff=True)
    client.force_login(user)
    types("short", GOOD, "other", GOOD, GOOD)
    call_command("changepassword", user.email.upper())
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert user.version == 2
    assert not Session.objects.filter(user=user).exists()
    entry = AuditEntry.objects.get(object_id=user.pk, object_type="users.user")
    assert (entry.action, entry.source, entry.actor_id) == ("password", "command", None)


def test_it_gives_up_and_changes_nothing(types):
    user = UserFactory()
    types("short", "short", "short")
    with pytest.raises(CommandError, match="3 attempts"):
        call_command("changepassword", user.email)
    with pytest.raises(CommandError, match="no user"):
        call_command("changepassword", "nobody@example.com")
    assert not AuditEntry.objects.exists()
