"""One moment of one database, which nobody waits for."""

import threading

import pytest
from django.db import InternalError, OperationalError, connections, transaction

from apps.reports.snapshot import Source, snapshot, sources
from apps.users.models import User
from tests.factories import UserFactory

REPORTS = Source("reports")


@pytest.fixture
def writer(transactional_db):
    """Runs a function in a thread, with a connection of its own that commits."""

    def run(function) -> None:
        def work():
            try:
                function()
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    yield run
    connections["reports"].close()


@pytest.mark.django_db(transaction=True, databases=["default", "reports"])
def test_a_page_reads_one_moment(writer):
    UserFactory()
    with snapshot(REPORTS) as alias:
        before = User.objects.using(alias).count()
        writer(UserFactory)
        assert User.objects.count() == before + 1
        assert User.objects.using(alias).count() == before
    with snapshot(REPORTS) as alias:
        assert User.objects.using(alias).count() == before + 1


@pytest.mark.django_db(transaction=True, databases=["default", "reports"])
def test_nothing_is_written_through_it(writer):
    with pytest.raises((InternalError, OperationalError)), snapshot(REPORTS) as alias:
        UserFactory._meta.model.objects.using(alias).create(email="a@example.com", name="A")


@pytest.mark.django_db(transaction=True, databases=["default", "reports"])
def test_on_sqlite_reading_does_not_keep_the_writer_out(sqlite, writer):
    with snapshot(REPORTS) as alias:
        User.objects.using(alias).count()
        writer(UserFactory)
        assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True, databases=["default", "reports"])
def test_it_has_timeouts_of_its_own(postgres, writer):
    with connections["reports"].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)


@pytest.mark.django_db
def test_tests_read_what_they_have_not_committed():
    UserFactory()
    [source] = sources()
    with snapshot(source) as alias:
        assert User.objects.using(alias).count() == 1
    assert str(source) == "the database"


def test_a_snapshot_may_begin_inside_a_transaction(db):
    with transaction.atomic(), snapshot(Source("default")) as alias:
        assert alias == "default"
