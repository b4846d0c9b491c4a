SELECT 'Suspended', NULL, count(*) FILTER (WHERE joined), count(*) FILTER (WHERE joined AND verified)
FROM (
    SELECT email_verified AS verified,
        is_active AND created_at >= %(start)s AND created_at < %(end)s
            AND (CAST(%(region)s AS text) IS NULL OR region = %(region)s) AS joined
    FROM users
    WHERE deleted_at IS NULL AND suspended_until > %(now)s
) suspended
