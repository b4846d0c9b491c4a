"""Whole plans, as `migrate` asks about them."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.database.linting import refusals


def whole_plan() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)


def test_an_empty_database_is_free_for_every_app(own_schema):
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = blog")

    assert len(whole_plan()) > 50
    assert refusals(connection, whole_plan()) == []


@pytest.mark.django_db
def test_nothing_is_refused_on_sqlite(sqlite):
    assert refusals(connection, whole_plan()) == []
