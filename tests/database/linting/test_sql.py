import pytest
from django.contrib.postgres import operations as contrib
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, models
from django.db.migrations import AddConstraint, AddIndex, RemoveIndex, RunSQL
from syzygy import Stage

from apps.database.linting.statements import statements_of, table_in
from apps.database.operations import PostgresSQL

HAZARDS = {
    "CREATE INDEX x ON blog_post (title)": "builds an index on blog_post",
    'create unique index x on "blog_post" (lower(title))': "builds an index on blog_post",
    "ALTER TABLE blog_post ADD CONSTRAINT x CHECK (score > 0)": "validated at once",
    "ALTER TABLE blog_post ADD FOREIGN KEY (author_id) REFERENCES blog_author": "validated at once",
    "ALTER TABLE ONLY public.blog_post ADD CONSTRAINT x UNIQUE (title)": "built at once",
    "ALTER TABLE blog_post ADD COLUMN x int NOT NULL": "NOT NULL without a default",
    "ALTER TABLE blog_post ADD x uuid DEFAULT gen_random_uuid()": "another value for each row",
    "ALTER TABLE blog_post ADD CONSTRAINT x EXCLUDE (id WITH =)": "built at once",
    "ALTER TABLE blog_post ALTER COLUMN score TYPE bigint": "another type",
    "ALTER TABLE blog_post ALTER score SET NOT NULL": "NOT NULL",
    "ALTER TABLE blog_post RENAME COLUMN title TO headline": "renames blog_post",
    "ALTER TABLE blog_post RENAME TO posts": "renames blog_post",
    "LOCK TABLE blog_post": "keeps everybody from blog_post",
    "TRUNCATE blog_post": "keeps everybody from blog_post",
    "VACUUM FULL blog_post": "keeps everybody from blog_post",
    "DROP TABLE blog_post": "drops blog_post, or a column of it, before the deploy",
    "ALTER TABLE blog_post DROP COLUMN title": "before the deploy",
    "UPDATE blog_post SET score = 0": "changes rows of blog_post in one statement",
    "DELETE FROM blog_post WHERE score = 0": "changes rows of blog_post in one statement",
    "ALTER TABLE blog_post ADD x bigserial": "counted or computed",
    "ALTER TABLE blog_post ADD x int GENERATED ALWAYS AS (score * 2) STORED": "counted or computed",
    "ALTER TABLE blog_post ADD COLUMN x int UNIQUE": "together with a constraint",
    "ALTER TABLE blog_post ADD COLUMN x int CHECK (x > 0)": "together with a constraint",
    "ALTER TABLE blog_post SET UNLOGGED": "stores blog_post in another way",
    "WITH gone AS (DELETE FROM blog_post RETURNING id) SELECT 1": "in one statement",
    "MERGE INTO blog_post USING drafts ON true WHEN MATCHED THEN DELETE": "in one statement",
    "DO $$ BEGIN DELETE FROM blog_post; ANALYZE; END $$": "a block or a procedure",
    "CALL tidy()": "a block or a procedure",
    "DROP INDEX by_title": "drops an index without CONCURRENTLY",
    "REINDEX INDEX by_title": "builds indexes anew without CONCURRENTLY",
}


@pytest.mark.parametrize("kind", [RunSQL, PostgresSQL])
@pytest.mark.parametrize(("sql", "unsafe"), HAZARDS.items())
def test_sql_that_keeps_others_out_is_refused(sql, unsafe, kind, blog):
    (refusal,) = blog.lint(kind(f"-- why\n{sql};", ""))

    assert unsafe in refusal.unsafe


@pytest.mark.parametrize(("sql", "unsafe"), list(HAZARDS.items())[:8])
def test_the_way_down_is_read_too(sql, unsafe, blog):
    (refusal,) = blog.lint(RunSQL("", sql), backwards=True)

    assert unsafe in refusal.unsafe


HARMLESS = [
    "WITH one AS (SELECT id FROM blog_post FOR UPDATE SKIP LOCKED) SELECT 1",
    "DROP INDEX CONCURRENTLY by_title",
    "ALTER TABLE blog_post ADD checked boolean",
    "ALTER TABLE blog_post ADD COLUMN unique_name text",
    "CREATE INDEX CONCURRENTLY x ON blog_post (title)",
    "ALTER TABLE blog_post ADD CONSTRAINT x CHECK (score > 0) NOT VALID",
    "ALTER TABLE blog_post ADD CONSTRAINT x CHECK (score IS NOT NULL) NOT VALID",
    "ALTER TABLE blog_post ADD COLUMN x int DEFAULT 0 NOT NULL",
    "ALTER TABLE blog_post ADD x int NOT NULL DEFAULT 0",
    "ALTER TABLE blog_post ADD x int",
    "ALTER TABLE blog_post VALIDATE CONSTRAINT x",
    "ALTER TABLE blog_post ADD CONSTRAINT x UNIQUE USING INDEX x",
    "ALTER TABLE blog_post ALTER score DROP NOT NULL",
    "ALTER TABLE blog_post ALTER score DROP DEFAULT",
    "ALTER TABLE blog_post DROP CONSTRAINT x",
    "ALTER TABLE blog_post SET (fillfactor = 90)",
    "INSERT INTO blog_post (title) VALUES ('update me')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_careful_sql_is_accepted(sql, blog):
    assert blog.lint(RunSQL(sql, "SELECT 1")) == []


def test_a_table_that_sql_makes_is_new(blog):
    assert blog.lint(PostgresSQL(["CREATE TABLE t (a int)", "CREATE INDEX x ON t (a)"], [])) == []


def test_a_drop_after_the_deploy_is_accepted(blog):
    (refusal,) = blog.lint(RunSQL("DROP TABLE blog_post", ""))

    assert blog.lint_migration(blog.pasted(refusal.recipe[0])) == []


def test_a_plain_index_is_rewritten_for_django(live_blog, follows):
    sql = "CREATE INDEX by_author ON blog_post (author_id, title)"
    (refusal,) = live_blog.lint(RunSQL(sql, "DROP INDEX by_author"))

    assert "models.Index(fields=['author', 'title'], name='by_author')" in str(refusal)
    follows(refusal)


def test_several_statements_are_refused_and_one_transaction_is_accepted(live_blog, follows):
    function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$"
    sql = f"{function}; COMMENT ON FUNCTION f IS 'x'"
    (refusal,) = live_blog.lint(RunSQL(sql, "DROP FUNCTION f"))

    assert "2 statements" in str(refusal)
    follows(refusal)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f()")


def test_several_that_must_be_alone_are_so(live_blog, follows):
    sql = ["CREATE INDEX CONCURRENTLY a ON blog_post (id)", "ANALYZE blog_post"]
    (refusal,) = live_blog.lint(RunSQL(sql, ""))

    assert len(refusal.recipe) == 2
    follows(refusal)


def test_a_unique_index_is_rewritten_as_a_constraint(live_blog, follows):
    sql = "CREATE UNIQUE INDEX once ON blog_post (author_id, title)"
    (refusal,) = live_blog.lint(RunSQL(sql, "DROP INDEX once"))

    assert "UniqueConstraint(fields=('author', 'title'), name='once')" in str(refusal)
    follows(refusal)


@pytest.mark.parametrize("kind", [RunSQL, PostgresSQL])
@pytest.mark.parametrize("backwards", [False, True])
def test_without_a_way_down_it_is_refused_and_nothing_is_one(kind, backwards, live_blog, follows):
    sql = kind("COMMENT ON TABLE blog_post IS 'posts'")
    (refusal,) = live_blog.lint(sql, backwards=backwards)

    follows(refusal)


TRIGGER = "CREATE TRIGGER t BEFORE UPDATE ON blog_post FOR EACH ROW EXECUTE FUNCTION f()"


def test_beside_what_may_fail_after_it_sql_is_refused(blog):
    trigger = PostgresSQL(TRIGGER, "DROP TRIGGER t ON blog_post")
    (refusal,) = blog.lint(trigger, AddIndex("post", INDEX))

    assert "stands beside other operations" in str(refusal)
    assert blog.lint_migration(blog.pasted(refusal.recipe[0])) == []
    again = PostgresSQL(TRIGGER.replace("CREATE", "CREATE OR REPLACE"), [])
    assert blog.lint(again, AddIndex("post", INDEX)) == []


def test_triggers_on_two_tables_are_refused(blog):
    trigger = "CREATE TRIGGER t BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION f()"
    sql = [trigger.format(table) for table in ("blog_post", "blog_author")]
    (refusal,) = blog.lint(PostgresSQL(sql, []))

    assert "alters blog_author, and the migration blog_post too" in str(refusal)


def test_parameters_and_dollar_quotes_are_understood():
    assert statements_of(RunSQL([("UPDATE t SET a = %s", [1])])) == ["UPDATE t SET a = %s"]
    body = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN x; RETURN NULL; END $$"
    assert statements_of(RunSQL(f"{body}; SELECT 1")) == [body, "SELECT 1"]


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("ALTER TABLE IF EXISTS ONLY app.posts ADD x int", "posts"),
        ('CREATE INDEX "i" ON "posts" (a)', "posts"),
        ("CREATE INDEX ON posts USING gin (a)", "posts"),
        ("CREATE OR REPLACE TRIGGER t AFTER INSERT ON posts FOR EACH ROW", "posts"),
        ("DROP TRIGGER t ON posts", "posts"),
        ("INSERT INTO posts SELECT 1", "posts"),
        ("SELECT 1", None),
    ],
)
def test_the_table_of_a_statement(sql, table):
    assert table_in(sql) == table


INDEX = models.Index(fields=["title"], name="by_title")
CHECK = models.CheckConstraint(condition=models.Q(score__gt=0), name="positive")
CONTRIB = [
    contrib.AddIndexConcurrently("post", INDEX),
    contrib.AddConstraintNotValid("post", CHECK),
]


def test_what_was_left_unvalidated_is_made_anew(live_blog, follows):
    added = live_blog.migration(contrib.AddConstraintNotValid("post", CHECK))
    live_blog.state = added.mutate_state(live_blog.state)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE blog_post ADD CONSTRAINT positive CHECK (score > 0) NOT VALID")
    (refusal,) = live_blog.lint(contrib.ValidateConstraint("post", "positive"), atomic=False)

    follows(refusal)
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'positive'")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize("operation", CONTRIB)
def test_what_postgresql_alone_offers_is_refused_for_the_plain_one(operation, live_blog, follows):
    (refusal,) = live_blog.lint(operation, atomic=False)

    assert "leaves what it began" in str(refusal)
    follows(refusal)


def test_removing_too(blog):
    blog.state = blog.migration(AddIndex("post", INDEX)).mutate_state(blog.state)
    (refusal,) = blog.lint(contrib.RemoveIndexConcurrently("post", "by_title"))

    assert "migrations.RemoveIndex(" in str(refusal)
    assert blog.lint(RemoveIndex("post", "by_title")) == []


def test_plain_indexes_and_constraints_are_accepted(blog):
    unique = models.UniqueConstraint(fields=["title"], name="once")
    assert blog.lint(AddIndex("post", INDEX), AddConstraint("post", unique)) == []
    assert blog.lint(AddConstraint("post", CHECK)) == []


def test_an_exclusion_constraint_is_refused(blog):
    never_twice = ExclusionConstraint(name="never_twice", expressions=[("title", "=")])
    (refusal,) = blog.lint(AddConstraint("post", never_twice))

    assert "exclusion constraint never_twice" in str(refusal)


def test_after_the_deploy_a_table_may_be_dropped(blog):
    assert blog.lint(RunSQL("DROP TABLE blog_post", ""), stage=Stage.POST_DEPLOY) == []
