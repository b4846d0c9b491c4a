"""Full-text search of posts and comments, kept by triggers.

A trigger sees every write there is (forms, bulk updates, imports, COPY) in the
transaction of the write, and costs a save no statement of its own. It exists on
PostgreSQL only: SQLite searches by `icontains`.
"""

from django.db import migrations

from apps.database.operations import PostgresSQL

FUNCTIONS = [
    # The one place that names the dictionary; `manage.py rebuild_search` replaces it. STABLE: an
    # immutable one would live on in the plans of every connection open at that time.
    """
    CREATE FUNCTION search_dictionary() RETURNS regconfig
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN 'simple'::regconfig
    """,
    # A document may hold 1 MB of words and positions; of a longer text the beginning is searched.
    """
    CREATE FUNCTION search_text(words text) RETURNS tsvector
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_tsvector(
        search_dictionary(),
        CASE WHEN octet_length(words) > 500000 THEN left(words, 100000) ELSE words END
    )
    """,
    # The place in time at five widths (68 minutes, 9 hours, 3, 24 and 194 days): a search asks
    # the newest first. The parser never makes a word that begins with a tilde.
    """
    CREATE FUNCTION search_buckets(at timestamptz) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY[
        '~a' || (floor(extract(epoch FROM at))::bigint >> 12),
        '~b' || (floor(extract(epoch FROM at))::bigint >> 15),
        '~c' || (floor(extract(epoch FROM at))::bigint >> 18),
        '~d' || (floor(extract(epoch FROM at))::bigint >> 21),
        '~e' || (floor(extract(epoch FROM at))::bigint >> 24)
    ])
    """,
]
FUNCTIONS_REVERSE = [
    "DROP FUNCTION search_buckets(timestamptz)",
    "DROP FUNCTION search_text(text)",
    "DROP FUNCTION search_dictionary()",
]


def document(table, key, expression, columns):
    """The functions and triggers that keep `<table>_search` beside `table`.

    `<table>_document(row)` is the document of a row, for the trigger, for filling many at once
    and for rebuilding. Its body is a string, so that no column of the table hangs on it.
    """
    of_a_row = f"""
        CREATE FUNCTION {table}_document(written {table}) RETURNS tsvector
        LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT {expression} $$
    """
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    refresh = f"""
        CREATE FUNCTION {table}_search_refresh() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO {table}_search ({key}, created_at, document)
            VALUES (NEW.id, NEW.created_at, {table}_document(NEW))
            ON CONFLICT ({key}) DO UPDATE
            SET created_at = EXCLUDED.created_at, document = EXCLUDED.document;
            RETURN NULL;
        END $$
    """  # nosec B608  (names written below)
    forget = f"""
        CREATE FUNCTION {table}_search_forget() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM {table}_search WHERE {key} = OLD.id;
            RETURN NULL;
        END $$
    """  # nosec B608  (names written below)
    forward = [
        f"CREATE INDEX {table}_search_document ON {table}_search USING gin (document)",
        of_a_row,
        refresh,
        forget,
        f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_search_refresh()",
        f"CREATE TRIGGER {table}_search_update AFTER UPDATE OF {', '.join(columns)} ON {table} "
        f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {table}_search_refresh()",
        f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_search_forget()",
    ]
    reverse = [
        f"DROP TRIGGER {table}_search_{event} ON {table}"
        for event in ("insert", "update", "delete")
    ] + [
        f"DROP FUNCTION {table}_search_refresh()",
        f"DROP FUNCTION {table}_search_forget()",
        f"DROP FUNCTION {table}_document({table})",
        f"DROP INDEX {table}_search_document",
    ]
    return PostgresSQL(forward, reverse)


class Migration(migrations.Migration):
    dependencies = [("posts", "0001_initial")]

    operations = [
        PostgresSQL(FUNCTIONS, FUNCTIONS_REVERSE),
        document(
            "posts",
            "post_id",
            "search_text(written.title) || search_text(written.content) || search_buckets(written.created_at) "
            "|| array_to_tsvector(ARRAY['~u' || written.author_id, '~k' || coalesce(written.category_id, 0)])",
            ["title", "content", "created_at", "author_id", "category_id"],
        ),
        document(
            "comments",
            "comment_id",
            "search_text(written.body) || search_buckets(written.created_at) "
            "|| array_to_tsvector(ARRAY['~u' || coalesce(written.author_id, 0), '~p' || written.post_id])",
            ["body", "created_at", "author_id", "post_id"],
        ),
    ]
