import pytest
from django.db import DatabaseError
from django.db.models import Value
from django.db.models.expressions import RawSQL

from apps.database.planned import Given, PlanLost, PlannedQuery, fetch_planned
from apps.posts.models import Post
from tests.factories import CategoryFactory, PostFactory

# As a pooler does that puts another session behind the connection: the driver sees nothing of it.
LOSE_PLANS = "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"


@pytest.mark.django_db
def test_objects_are_what_django_reads(django_assert_num_queries):
    PostFactory()
    post = PostFactory(category=CategoryFactory(), content="Dredging begins.")
    planned = PlannedQuery(
        lambda: (
            Post.objects.with_author()
            .annotate(asked_by=RawSQL("(SELECT %s + 1)", [Given("user")]), one=Value(1))
            .filter(pk=Given("pk"))
        )
    )

    for _ in range(2):
        with django_assert_num_queries(1):
            [found] = planned.rows(pk=post.pk, user=6)
            assert found.author == post.author
            assert found.category == post.category

        read = Post.objects.get(pk=post.pk)
        assert {f.name: getattr(found, f.attname) for f in Post._meta.concrete_fields} == {
            f.name: getattr(read, f.attname) for f in Post._meta.concrete_fields
        }
        assert (found.asked_by, found.one) == (7, 1)
        assert not found._state.adding
    assert planned.rows(pk=post.pk + 1, user=6) == []


@pytest.mark.django_db
def test_rows_come_in_the_columns_asked_for():
    post = PostFactory()
    planned = PlannedQuery(
        lambda: Post.objects.filter(title__startswith=Given("start")).values_list(
            "created_at", "author__name", "pk"
        )
    )

    assert planned.rows(start=post.title) == [(post.created_at, post.author.name, post.pk)]
    assert planned.rows(start=f"{post.title}!") == []


def test_a_statement_is_planned_once(databases):
    session = databases(DB_POOL_SIZE="0").connection

    for number in (1, 40_000, 5_000_000_000):
        assert fetch_planned(session, "SELECT %s + 1", [number]) == [(number + 1,)]

    with session.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert cursor.fetchall() == [("SELECT $1 + 1",)]


def test_a_column_gets_another_type(databases):
    session = databases(DB_POOL_SIZE="0").connection
    with session.cursor() as cursor:
        cursor.execute("CREATE TABLE things (name varchar(10))")
        cursor.execute("INSERT INTO things VALUES ('lamp')")
    names = "SELECT name FROM things"
    fetch_planned(session, names, [])
    # In another session: the driver notices it in its own.
    with databases(DB_POOL_SIZE="0").connection.cursor() as cursor:
        cursor.execute("ALTER TABLE things ALTER name TYPE text")

    assert fetch_planned(session, names, []) == [("lamp",)]


def test_in_a_transaction_it_has_to_begin_again(databases):
    session = databases(DB_POOL_SIZE="0").connection
    fetch_planned(session, "SELECT 1", [])
    with session.cursor() as cursor:
        cursor.execute(LOSE_PLANS)

    session.in_atomic_block = True
    with pytest.raises(PlanLost):
        fetch_planned(session, "SELECT 1", [])
    session.in_atomic_block = False
    assert fetch_planned(session, "SELECT 1", []) == [(1,)]


def test_any_other_error_is_the_callers(databases):
    with pytest.raises(DatabaseError, match="division by zero"):
        fetch_planned(databases(DB_POOL_SIZE="0").connection, "SELECT 1 / %s", [0])
