WITH best AS (
    SELECT total.author, person.name, total.region, total.posts, total.comments, person.points
    FROM reports_authortotal total
    JOIN users person ON person.id = total.author
    WHERE person.deleted_at IS NULL
      AND total.posts >= %(min_posts)s
      AND (CAST(%(region)s AS text) IS NULL OR total.region = %(region)s)
    ORDER BY total.posts DESC, total.author
    LIMIT %(limit)s
)
SELECT name, region, ROW_NUMBER() OVER (PARTITION BY region ORDER BY posts DESC, author),
    posts, comments, points, author
FROM best
ORDER BY posts DESC, author
