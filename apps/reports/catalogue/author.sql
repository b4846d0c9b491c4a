SELECT author.id, author.name, author.region, COUNT(post.id),
    COUNT(CASE WHEN post.status = 'published' THEN 1 END),
    COALESCE(SUM(post.comment_count), 0),
    CAST(AVG(post.comment_count) AS double precision),
    author.points, MIN(post.created_at), MAX(post.created_at)
FROM users author
LEFT JOIN posts post ON post.author_id = author.id AND post.deleted_at IS NULL
WHERE author.id = COALESCE(%(author)s, (
    SELECT author_id FROM posts
    WHERE deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1
))
GROUP BY author.id, author.name, author.region, author.points
