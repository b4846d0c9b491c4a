"""What `authors` sends once it knows which days of which people have changed, in the order it does.

The changes stand in a temporary table, gone with the batch.
"""

CREATE = """
    CREATE TEMPORARY TABLE reports_authorchange (
        day date, author bigint, new_posts integer, new_comments integer, new_written integer,
        old_posts integer, old_comments integer, old_written integer
    )
"""
ANALYZE = "ANALYZE reports_authorchange (day, author)"
FILL = "INSERT INTO reports_authorchange "
DROP = "DROP TABLE reports_authorchange"
WRITE_DAYS = """
    INSERT INTO reports_authorday (day, author, posts, comments, written)
    SELECT day, author, new_posts, new_comments, new_written FROM reports_authorchange
    WHERE new_posts <> 0 OR new_comments <> 0 OR new_written <> 0
    ORDER BY day, author
    ON CONFLICT (day, author) DO UPDATE
    SET posts = excluded.posts, comments = excluded.comments, written = excluded.written
"""
REMOVE_DAYS = """
    DELETE FROM reports_authorday WHERE (day, author) IN (
        SELECT day, author FROM reports_authorchange
        WHERE new_posts = 0 AND new_comments = 0 AND new_written = 0
    )
"""
# Where he began or ceased to have written. His first day is looked for only where one of these
# days is before it, or is it.
BEGAN_OR_CEASED = "(new_written > 0) <> (old_written > 0)"
WRITE_AUTHORS = f"""
    INSERT INTO reports_authortotal (author, region, posts, comments, first_day)
    SELECT moved.author, coalesce(total.region, users.region, ''),
        coalesce(total.posts, 0) + moved.posts, coalesce(total.comments, 0) + moved.comments,
        CASE WHEN moved.earliest IS NULL OR moved.earliest > total.first_day THEN total.first_day
        ELSE (
            SELECT min(day) FROM reports_authorday AS days
            WHERE days.author = moved.author AND days.written > 0
        ) END
    FROM (
        SELECT author, sum(new_posts - old_posts) AS posts,
            sum(new_comments - old_comments) AS comments,
            min(CASE WHEN {BEGAN_OR_CEASED} THEN day END) AS earliest
        FROM reports_authorchange GROUP BY author
    ) AS moved
    LEFT JOIN reports_authortotal AS total ON total.author = moved.author
    LEFT JOIN users ON users.id = moved.author
    WHERE true
    ON CONFLICT (author) DO UPDATE SET posts = excluded.posts, comments = excluded.comments,
        first_day = excluded.first_day
"""  # noqa: S608  # nosec B608
# Who has nothing left has no row; he has lost his last day now.
REMOVE_AUTHORS = """
    DELETE FROM reports_authortotal
    WHERE posts = 0 AND comments = 0 AND first_day IS NULL AND author IN (
        SELECT author FROM reports_authorchange
        WHERE new_posts = 0 AND new_comments = 0 AND new_written = 0
    )
"""
NEWCOMERS = f"""
    SELECT first_day, region, count(*) FROM reports_authortotal
    WHERE first_day IS NOT NULL
        AND author IN (SELECT author FROM reports_authorchange WHERE {BEGAN_OR_CEASED})
    GROUP BY first_day, region
"""  # noqa: S608  # nosec B608
STEP = "CASE WHEN new_written > 0 THEN 1 ELSE -1 END"
WRITERS = f"""
    SELECT day, sum({STEP}) FROM reports_authorchange WHERE {BEGAN_OR_CEASED} GROUP BY day
"""  # noqa: S608  # nosec B608
# Who has written in the period now and had not, or the other way round, by the day he joined on.
ACTIVE_IN = f"""
    SELECT {{joined}}, sum(CASE WHEN days > 0 THEN 1 ELSE -1 END)
    FROM (
        SELECT moved.author, moved.step, count(written.day) AS days
        FROM (
            SELECT author, sum({STEP}) AS step FROM reports_authorchange
            WHERE day >= %s AND day < %s AND {BEGAN_OR_CEASED} GROUP BY author
        ) AS moved
        LEFT JOIN reports_authorday AS written ON written.author = moved.author
            AND written.day >= %s AND written.day < %s AND written.written > 0
        GROUP BY moved.author, moved.step
    ) AS found
    LEFT JOIN users ON users.id = author
    WHERE (days > 0) <> (days - step > 0)
    GROUP BY 1
"""  # noqa: S608  # nosec B608
