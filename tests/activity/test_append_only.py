import pytest
from django.db import DatabaseError, connection, transaction

from apps.activity.actions import record
from apps.activity.changes import Change
from apps.activity.models import AuditEntry
from apps.activity.querysets import EntriesStay

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return record(Change("posts.post", 1, "Harbour", 2, {"title": ["a", "b"]}), "change", by=None)


def save(entry):
    entry.reason = "Forged"
    entry.save()


def bulk_update(entry):
    entry.reason = "Forged"
    AuditEntry.objects.bulk_update([entry], ["reason"])


@pytest.mark.parametrize(
    "attempt",
    [
        save,
        bulk_update,
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.update(reason="Forged"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: AuditEntry.objects.update_or_create(
            pk=entry.pk, defaults={"reason": "Forged"}
        ),
    ],
)
def test_python_refuses_to_change_or_remove_an_entry(entry, attempt):
    with pytest.raises(EntriesStay), transaction.atomic():
        attempt(entry)
    assert AuditEntry.objects.get().reason == ""


STATEMENTS = [
    "UPDATE activity_auditentry SET reason = 'Forged'",
    "DELETE FROM activity_auditentry",
    "TRUNCATE activity_auditentry",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_postgresql_refuses_what_goes_around_python(entry, postgres, sql):
    with (
        pytest.raises(DatabaseError, match="neither changed nor removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.get().reason == ""


@pytest.mark.parametrize("sql", STATEMENTS[:2])
def test_an_erasure_says_so_in_its_transaction(entry, postgres, forge, sql):
    forge(sql)
    assert not AuditEntry.objects.filter(reason="").exists()


@pytest.mark.django_db(transaction=True)
def test_what_an_erasure_says_ends_with_its_transaction(postgres):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL copydesk.erasing = 'on'")
    with pytest.raises(DatabaseError, match="neither"), connection.cursor() as cursor:
        cursor.execute(STATEMENTS[1])
