"""How long a statement will take, by what earlier ones took."""

import pytest
from django.db import connection

from apps.database.migrating.estimates import Estimates
from apps.database.migrating.journal import verb_of
from apps.database.migrating.sizes import Size
from apps.database.models import MigrationRun
from apps.database.observer import Kind, Statement

INDEX = Statement('CREATE INDEX CONCURRENTLY "IDX" ON "posts" ("title")', Kind.ONLINE, "")
COLUMN = Statement('ALTER TABLE "posts" ADD COLUMN "x" text', Kind.BRIEF, "")
MILLION = Size(1_000_000, 300_000_000)


@pytest.mark.parametrize(
    ("sql", "verb"),
    [
        (INDEX.sql, "CREATE INDEX CONCURRENTLY ON"),
        (COLUMN.sql, "ALTER TABLE ADD COLUMN"),
        (
            'ALTER TABLE "a" ADD CONSTRAINT "b" CHECK ("c" <> \'NO\')',
            "ALTER TABLE ADD CONSTRAINT CHECK",
        ),
    ],
)
def test_the_kind_of_work_is_in_the_capitals(sql, verb):
    assert verb_of(sql) == verb


@pytest.mark.django_db
def test_without_any_run_it_is_what_was_measured_elsewhere():
    assert Estimates(connection).seconds(INDEX, MILLION) == 1.5


@pytest.mark.django_db
def test_it_is_the_median_of_earlier_runs_by_bytes():
    for seconds in (3, 4, 60):
        ran(verb=verb_of(INDEX.sql), bytes=100_000_000, seconds=seconds)
    # Too short to say anything, of other work, or not to its end.
    ran(verb=verb_of(INDEX.sql), bytes=100_000_000, seconds=0.01)
    ran(verb="UPDATE SET", bytes=100_000_000, seconds=900)
    ran(state="failed", verb=verb_of(INDEX.sql), bytes=100_000_000, seconds=900)

    assert Estimates(connection).seconds(INDEX, MILLION) == pytest.approx(12)


@pytest.mark.django_db
def test_a_moment_is_a_moment_at_any_size():
    assert Estimates(connection).seconds(COLUMN, MILLION) < 1


def ran(state="done", **statement) -> None:
    MigrationRun.objects.create(
        app="posts",
        name="0002_index",
        stage="before",
        state=state,
        step=1,
        steps=1,
        host="web-1",
        pid=1,
        statements=[statement],
    )
