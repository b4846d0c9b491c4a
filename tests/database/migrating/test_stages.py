"""Before a deploy and after it."""

import psycopg
import pytest

from tests.database.migrating.steps import BOOK, COLUMN, INDEX, UNUSED_COLUMN_GOES


@pytest.fixture
def release(project):
    """A release that adds a column, and removes another when no old process reads it."""
    project.migration("0002_column", COLUMN)
    project.migration("0003_column_goes", UNUSED_COLUMN_GOES)
    return project


@pytest.fixture
def old_process(release):
    name = "copydesk web 1.0"
    with psycopg.connect(release.address, autocommit=True, application_name=name) as made:
        yield made


def test_the_first_stage_leaves_what_must_wait_and_says_so(release):
    first = release.migrate("--pre-deploy")

    assert first.code == 0, first
    assert "1 migration is left for after the deploy" in first.out
    assert release.applied() == ["0001_book", "0002_column"]
    assert "1 migration is left" in release.migrate("--pre-deploy").out
    assert release.migrate().code == 0
    assert release.applied() == ["0001_book", "0002_column", "0003_column_goes"]


@pytest.mark.slow
def test_going_back_is_a_deploy_the_other_way_round(release):
    assert release.migrate().code == 0

    first = release.migrate("shelf", "0001", "--pre-deploy")

    assert "1 migration is left to be undone: run it again without `--pre-deploy`" in first.out
    assert release.applied() == ["0001_book", "0002_column"]
    assert release.migrate("shelf", "0001").code == 0
    assert release.applied() == ["0001_book"]


def test_an_empty_database_has_no_second_stage(empty_project):
    empty_project.migration("0002_column_goes", UNUSED_COLUMN_GOES)
    empty_project.migration("0003_column", COLUMN)

    installed = empty_project.migrate("--pre-deploy")

    assert installed.code == 0, installed
    assert empty_project.applied() == ["0001_book", "0002_column_goes", "0003_column"]


def test_of_two_pending_releases_the_first_is_named(release):
    release.migration("0004_index", INDEX)

    refused = release.migrate("--pre-deploy")

    assert refused.code == 2, refused
    assert "Deploy the release that brought shelf.0003_column_goes first" in refused.err
    assert "safe to run again" in refused.err
    assert release.applied() == ["0001_book"]


@pytest.mark.slow
def test_a_new_app_that_needs_the_second_stage_waits_for_it_too(release):
    release.app("annex")
    release.migration("0001_annex", BOOK, app="annex", needs=[("shelf", "0003_column_goes")])

    assert release.migrate("--pre-deploy").code == 2
    assert release.migrate().code == 0


def test_while_older_processes_work_the_second_stage_waits(postgres, release, old_process):
    waiting = release.migrate(release="2.0")

    assert waiting.code == 6, waiting
    assert "web 1.0 at" in waiting.err
    assert "safe to run again" in waiting.err
    assert release.applied() == ["0001_book", "0002_column"]
    old_process.close()
    assert release.migrate(release="2.0").code == 0


@pytest.mark.slow
def test_who_knows_better_says_that_the_old_code_is_gone(postgres, release, old_process):
    assert release.migrate("--old-code-is-gone", release="2.0").code == 0


@pytest.mark.slow
def test_without_a_release_nobody_is_looked_for_and_it_says_so(postgres, release, old_process):
    done = release.migrate()

    assert done.code == 0, done
    assert "RELEASE is not set" in done.out


@pytest.mark.slow
def test_what_is_undone_is_undone_whole(release):
    release.migrate()

    back = release.migrate("shelf", "0001_book")

    assert back.code == 0, back
    assert release.applied() == ["0001_book"]
