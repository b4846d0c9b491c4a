"""The replica is read only while it has what was written; a second database stands in for it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import timezone

from apps.activity.models import AuditEntry
from apps.reports import answers, snapshot
from apps.reports.answers import Result
from apps.reports.models import DirtyDay, RollupState
from apps.reports.snapshot import sources
from tests.factories import rory

TABLES = (AuditEntry, RollupState, DirtyDay)


@pytest.fixture(scope="module", autouse=True)
def other_server(spare_postgres):
    """Known as `replica` before any test says which databases it uses."""
    config = {**settings.DATABASES["reports"], "NAME": "postgres", "PORT": spare_postgres.port}
    config["OPTIONS"] = {**config["OPTIONS"], "options": "-c TimeZone=UTC"}
    connections.databases["replica"] = settings.DATABASES["replica"] = config
    yield
    del connections.databases["replica"]
    settings.DATABASES.pop("replica", None)


@pytest.fixture
def replica(spare_postgres, transactional_db, monkeypatch):
    """The server, with empty tables of entries and of how far the totals reach."""
    monkeypatch.setattr(snapshot, "_not_before", 0.0)
    with connections["replica"].schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    yield spare_postgres
    if spare_postgres.process is None:
        spare_postgres.start()
    with connections["replica"].cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {model._meta.db_table}")
    connections["replica"].close()


def entry(**fields) -> AuditEntry:
    fields = {"action": "save", "object_type": "posts.post", "object_id": 1} | fields
    return AuditEntry.objects.create(source="edit", version=None, **fields)


def replicate(*entries: AuditEntry) -> None:
    AuditEntry.objects.using("replica").bulk_create(entries)


def aliases(person_id=None) -> list[str]:
    return [source.alias for source in sources(person_id)]


two_servers = pytest.mark.django_db(transaction=True, databases="__all__")


@two_servers
def test_a_replica_that_has_everything_is_read_first(replica):
    replicate(entry())
    assert aliases() == ["replica", "default"]
    assert str(next(sources())) == "the replica, up to date"


@two_servers
def test_an_empty_history_is_up_to_date(replica):
    assert aliases() == ["replica", "default"]


@two_servers
def test_a_little_lag_is_said(replica):
    replicate(entry())
    entry(at=timezone.now() - timedelta(seconds=2))
    assert aliases() == ["replica", "default"]
    assert "s behind" in str(next(sources()))


@two_servers
def test_a_lagging_replica_is_left_out(replica):
    replicate(entry())
    entry(at=timezone.now() - timedelta(seconds=6))
    entry()
    assert aliases() == ["default"]


@two_servers
def test_own_writes_are_seen(replica):
    replicate(entry(actor_id=8))
    entry(actor_id=7)
    assert aliases(8) == ["replica", "default"]
    assert aliases(7) == ["default"]


@two_servers
def test_a_dead_replica_costs_one_attempt(replica, monkeypatch):
    connections["replica"].close()
    replica.stop()
    asked = []
    close = connections["replica"].connect
    monkeypatch.setattr(connections["replica"], "connect", lambda: asked.append(1) or close())
    assert [aliases(), aliases()] == [["default"], ["default"]]
    assert len(asked) == 1


@two_servers
def test_a_replica_that_dies_while_it_is_read_costs_nobody_the_page(replica, monkeypatch, client):
    replicate(entry())
    read_table, asked = answers.read_table, []

    def dying(table, question, **options):
        asked.append(question.using)
        if question.using == "replica":
            raise OperationalError("server closed the connection unexpectedly")
        return read_table(table, question, **options)

    monkeypatch.setattr(answers, "read_table", dying)
    client.force_login(rory())
    for day in ("2026-01-01", "2026-01-02"):
        page = client.get("/admin/reports/people/", {"start": day, "end": day})
        assert page.status_code == 200
        assert "read from the database" in page.content.decode()
    assert asked.count("replica") == 1


@pytest.fixture
def from_nowhere(monkeypatch) -> list[str]:
    """Where each table would be read, which the replica does not have."""
    asked = []
    monkeypatch.setattr(
        answers,
        "read_table",
        lambda table, question, **how: asked.append(question.using) or Result(),
    )
    return asked


@two_servers
def test_a_replica_without_what_a_migration_added_is_left_out(replica, client, from_nowhere):
    replicate(entry())
    with connections["replica"].cursor() as cursor:
        cursor.execute("ALTER TABLE reports_rollupstate DROP COLUMN generation")
    client.force_login(rory())
    page = client.get("/admin/reports/people/").content.decode()
    assert "read from the database" in page
    assert set(from_nowhere) == {"default"}


@two_servers
def test_what_a_replica_behind_gave_is_not_kept_beyond_it(replica, client, from_nowhere):
    """The stamp is the replica's own, so the answer is another's once the database is asked."""
    client.force_login(rory())
    replicate(*AuditEntry.objects.all())
    DirtyDay.objects.create(day="2026-01-01")

    def reads() -> int:
        page = client.get("/admin/reports/people/").content.decode()
        assert "read from the replica" in page
        return len(from_nowhere)

    once = reads()
    assert reads() == 2 * once
    DirtyDay.objects.using("replica").create(day="2026-01-01")
    assert reads() == reads() == 3 * once


@two_servers
def test_it_is_asked_again_after_the_pause(replica, monkeypatch):
    connections["replica"].close()
    replica.stop()
    assert aliases() == ["default"]
    replica.start()
    monkeypatch.setattr(snapshot, "_not_before", 0.0)
    assert aliases() == ["replica", "default"]
