"""The least that each page can cost: psycopg, the ideal statement, HTML by joining strings.

It reads the product's tables by the product's indexes and answers with the rows the product
shows, but has no login, no session, no form validation, no framework. What a page costs above
this is what all the rest costs.
"""

import json
import os
import threading
from html import escape
from urllib.parse import parse_qsl

import psycopg

_local = threading.local()

NEWEST = "created_at DESC, id DESC"
PAGE = """
SELECT p.id, p.title, p.status, u.name, u.region, c.name, p.comment_count, p.created_at
FROM (SELECT posts.id, title, status, author_id, category_id, comment_count, created_at,
             published_at, publish_at
      FROM posts
      WHERE deleted_at IS NULL {where} ORDER BY {order} LIMIT 100) p
JOIN users u ON u.id = p.author_id LEFT JOIN categories c ON c.id = p.category_id
ORDER BY {outer}
"""


def page_sql(where: str = "", order: str = NEWEST, shown: str = "") -> str:
    outer = ", ".join(f"p.{part.strip()}" for part in (shown or order).split(","))
    return PAGE.format(where=where, order=order, outer=outer)


LISTS = {
    "first": page_sql(),
    "deep": page_sql("AND (created_at, id) < (%(at)s::timestamptz, %(id)s::bigint)"),
    "last": page_sql(order="created_at, id", shown=NEWEST),
    "review": page_sql("AND status = 'review'"),
    "published": page_sql("AND status = 'published'", "published_at DESC, id DESC"),
    "scheduled": page_sql("AND status = 'scheduled'", "publish_at, id"),
    "page": page_sql("AND kind = 'page'"),
    "category": page_sql("AND category_id = %(category)s"),
    "author": page_sql("AND author_id = %(author)s"),
    "both": page_sql("AND author_id = %(author)s AND status = %(status)s"),
    "created_at": page_sql(order="created_at, id"),
    "title": page_sql(order="title, id"),
    "-title": page_sql(order="title DESC, id DESC"),
    "-comment_count": page_sql(order="comment_count DESC, id DESC"),
    "comment_count": page_sql(order="comment_count, id"),
    "tag": page_sql(order="id DESC").replace(
        "FROM posts\n",
        "FROM posts JOIN posts_tags t ON t.post_id = posts.id AND t.tag_id = %(tag)s\n",
    ),
    "found": page_sql("AND id = ANY(%(ids)s)"),
}
# The widths of the documents' time buckets (migration posts.0002), narrowest first.
LEVELS = [("~a", 12), ("~b", 15), ("~c", 18), ("~d", 21), ("~e", 24)]
NEWEST_POST = "SELECT max(created_at) FROM posts WHERE deleted_at IS NULL"
# Ten more than a page: one post in two hundred lies in the trash, which only its own row says.
MATCHES = """
SELECT post_id FROM posts_search WHERE document @@ (
    websearch_to_tsquery(search_dictionary(), %(q)s) && %(buckets)s::tsquery)
ORDER BY created_at DESC, post_id DESC LIMIT 110
"""
ALL_MATCHES = """
SELECT post_id FROM posts_search
WHERE document @@ websearch_to_tsquery(search_dictionary(), %(q)s)
ORDER BY created_at DESC, post_id DESC LIMIT 110
"""
OPEN = """
SELECT p.*, u.name AS author_name,
       ARRAY(SELECT tag_id FROM posts_tags WHERE post_id = p.id) AS tag_ids
FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id = %(id)s
"""
SAVE = """
UPDATE posts SET title = %(title)s, slug = %(slug)s, content = %(content)s, updated_at = now(),
       version = version + 1
WHERE id = %(id)s AND deleted_at IS NULL
"""
DELETE = """
SELECT p.id, p.title, u.name,
       (SELECT count(*) FROM (SELECT FROM comments WHERE post_id = p.id LIMIT 101) c) AS comments
FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id = %(id)s
"""
AUTOCOMPLETE = """
SELECT id, name FROM users WHERE deleted_at IS NULL
  AND lower(name) COLLATE "C" >= %(term)s COLLATE "C"
  AND lower(name) COLLATE "C" < %(after)s COLLATE "C"
ORDER BY lower(name) COLLATE "C", id LIMIT 21
"""
HEAD = "<!doctype html><html><head><title>posts</title></head><body><form method=post><table>"
FOOT = "</table></form></body></html>"


def connection() -> psycopg.Connection:
    if getattr(_local, "connection", None) is None or _local.connection.closed:
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0
        )
    return _local.connection


def listing(name: str, params: dict) -> str:
    return rows_html(connection().execute(LISTS[name], params).fetchall())


def search(params: dict) -> str:
    """The newest buckets first, eight times as many while the page is not full, then all."""
    run = connection().execute
    newest = int(run(NEWEST_POST).fetchone()[0].timestamp())
    for lexeme, shift in LEVELS:
        buckets = f"'{lexeme}{newest >> shift}' | '{lexeme}{(newest >> shift) - 1}'"
        ids = run(MATCHES, {"q": params["q"], "buckets": buckets}).fetchall()
        if len(ids) == 110:
            break
    else:
        ids = run(ALL_MATCHES, params).fetchall()
    return listing("found", {"ids": [key for (key,) in ids]})


def rows_html(rows: list[tuple]) -> str:
    cells = [
        f'<tr><td><input type=checkbox name="_selected_action" value="{key}">'
        f"<td><a href=/posts/{key}/>{escape(title)}</a><td>{status}<td>{escape(author)} {region}"
        f"<td>{escape(category or '-')}<td>{comments}<td>{created:%d %b %Y %H:%M}"
        for key, title, status, author, region, category, comments, created in rows
    ]
    return HEAD + "".join(cells) + FOOT


def form_html(statement: str, params: dict) -> str:
    cursor = connection().execute(statement, params)
    names = [column.name for column in cursor.description]
    fields = [
        f"<tr><td>{name}<td><textarea name={name}>{escape(str(value))}</textarea>"
        for name, value in zip(names, cursor.fetchone(), strict=True)
    ]
    return HEAD + "".join(fields) + FOOT


def autocomplete(params: dict) -> str:
    term = params["term"].lower()
    bounds = {"term": term, "after": f"{term}\U0010ffff"}
    rows = connection().execute(AUTOCOMPLETE, bounds).fetchall()
    found = [{"id": str(key), "text": name} for key, name in rows[:20]]
    return json.dumps({"results": found, "pagination": {"more": len(rows) > 20}})


def answer(path: str, params: dict) -> str:
    match path:
        case "search":
            return search(params)
        case "open":
            return form_html(OPEN, params)
        case "delete":
            return form_html(DELETE, params)
        case "save":
            return f"{connection().execute(SAVE, params).rowcount} saved"
        case "autocomplete":
            return autocomplete(params)
    return listing(path, params)


def app(environ, start_response):
    params = dict(parse_qsl(environ["QUERY_STRING"]))
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        params |= dict(parse_qsl(body, keep_blank_values=True))
    page = answer(environ["PATH_INFO"].strip("/"), params).encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
    start_response("200 OK", headers)
    return [page]
