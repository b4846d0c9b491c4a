"""The databases that the settings make of the environment."""

from config.settings.environment import Environment
from config.settings.stores import databases

PRIMARY = "postgresql://desk:secret@db:5432/desk"
REPLICA = "postgresql://desk:secret@replica:5432/desk"


def made(**values: str) -> dict:
    return databases(Environment(values))


def test_reports_read_the_same_database_by_an_alias_of_their_own():
    found = made(DATABASE_URL=PRIMARY)
    assert set(found) == {"default", "reports"}
    assert found["reports"]["HOST"] == found["default"]["HOST"] == "db"


def test_a_replica_is_an_alias_beside_it():
    found = made(DATABASE_URL=PRIMARY, DATABASE_REPLICA_URL=REPLICA)
    assert found["replica"]["HOST"] == "replica"
    assert found["reports"]["HOST"] == "db"


def test_both_only_read_and_have_timeouts_of_their_own():
    found = made(DATABASE_URL=PRIMARY, DATABASE_REPLICA_URL=REPLICA)
    for alias in ("reports", "replica"):
        options = found[alias]["OPTIONS"]["options"]
        assert "statement_timeout=60000" in options
        assert "default_transaction_read_only=on" in options
        assert r"default_transaction_isolation=repeatable\ read" in options
    assert "read_only" not in found["default"]["OPTIONS"]["options"]
    assert "statement_timeout=15000" in found["default"]["OPTIONS"]["options"]


def test_they_keep_no_connection_for_nothing():
    found = made(DATABASE_URL=PRIMARY)
    assert found["reports"]["OPTIONS"]["pool"]["min_size"] == 0
    assert found["reports"]["OPTIONS"]["pool"]["max_size"] == 4
    assert found["default"]["OPTIONS"]["pool"]["min_size"] == 5


def test_on_sqlite_they_leave_the_writer_alone():
    found = made()
    assert found["reports"]["NAME"] == found["default"]["NAME"]
    assert found["reports"]["OPTIONS"]["transaction_mode"] == "DEFERRED"
    assert "query_only=ON" in found["reports"]["OPTIONS"]["init_command"]
    assert found["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
