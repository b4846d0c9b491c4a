"""A client that is killed while the server builds its index, and the run after it."""

import psycopg
import pytest

from apps.database.migrating.lock import WORK_NAME
from tests.database.migrating.project import end_sessions, ended, line_with
from tests.database.migrating.steps import INDEX
from tests.races import eventually

pytestmark = pytest.mark.slow
BUILDING = "SELECT phase FROM pg_stat_progress_create_index"
VALID = "SELECT indisvalid FROM pg_index WHERE indrelid = 'shelf_book'::regclass"


@pytest.fixture
def killed(project, session):
    """A build that waits for an old snapshot, with its client gone; gives the one who waits."""
    project.fill(1_000)
    project.migration("0002_index", INDEX)
    with psycopg.connect(project.address) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT count(*) FROM shelf_book")
        process = project.start("migrate")
        phase = ("waiting for old snapshots",)
        eventually(lambda: session.execute(BUILDING).fetchone() == phase)
        process.kill()
        ended(process)
        yield reader


def test_the_server_process_that_goes_on_is_waited_for(postgres, project, killed):
    again = project.start("migrate")
    assert WORK_NAME in line_with("still at work, and is waited for", again)
    killed.rollback()

    done = ended(again)

    assert done.code == 0, done
    assert_built_once(project)


def test_one_that_died_too_is_built_anew(postgres, project, session, killed):
    end_sessions(session, WORK_NAME)
    killed.rollback()

    done = project.migrate()

    assert done.code == 0, done
    assert_built_once(project)


def assert_built_once(project) -> None:
    assert project.execute(VALID) == [(True,), (True,)]
    assert project.applied() == ["0001_book", "0002_index"]
    assert [state for _, state, _ in project.runs()[1:]] == ["stopped", "done"]
