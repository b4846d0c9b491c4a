"""What twenty people of the staff have done, the same at every size: seeded data has no history."""

from datetime import date

import psycopg

FIRST, LAST = date(2024, 11, 1), date(2025, 12, 31)
PER_DAY = 500
ENTRIES = """
    INSERT INTO activity_auditentry
        (at, actor_id, actor_label, action, object_type, object_id, changes, source)
    SELECT %(first)s::timestamptz + n * (interval '1 day' / %(per_day)s::int),
        1 + chance %% 20, 'Somebody',
        (ARRAY['change', 'change', 'submit', 'schedule', 'publish', 'archive', 'approve', 'spam'])
            [1 + chance / 20 %% 8],
        CASE WHEN chance / 20 %% 8 > 5 THEN 'posts.comment' ELSE 'posts.post' END, 1 + n %% 10000,
        '{}', (ARRAY['edit', 'edit', 'edit', 'merge', 'bulk'])[1 + chance / 160 %% 5]
    FROM generate_series(0, %(last)s::int) n, abs(hashint4(n)::bigint) AS chance
"""


def fill(url: str) -> bool:
    """Whether they are new: then their days' totals are behind."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM activity_auditentry WHERE at >= %s AND at <= %s", [FIRST, LAST]
        ).fetchone()[0]
        if not found:
            last = PER_DAY * (LAST - FIRST).days - 1
            values = {"first": FIRST, "per_day": PER_DAY, "last": last}
            connection.execute(ENTRIES, values)
        return not found
