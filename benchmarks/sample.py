"""What the items are asked about, read from the data once per run."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from apps.posts.seeding.plan import PLANTED

PER_PAGE = 100


@dataclass
class Sample:
    live: int
    deep_page: int
    last_page: int
    cursor: tuple[datetime, int]
    """The last row before the deep page, newest first."""
    authors: dict[str, int]
    posts: list[int]
    words: dict[str, str]
    term: str = "mar"
    category: int = 3
    tag: int = 3
    turns: itertools.cycle = field(init=False)

    def __post_init__(self):
        self.turns = itertools.cycle(self.posts)

    def next_post(self) -> int:
        """The next of the posts to open, save or delete: no two requests hit the same one."""
        return next(self.turns)


def words() -> dict[str, str]:
    rare, thousandth, hundredth, tenth, half = PLANTED
    return {
        "50 %": half,
        "10 %": tenth,
        "1 %": hundredth,
        "0.1 %": thousandth,
        "rare": rare,
        "two": f"{tenth} {hundredth}",
        "missing": "zyzzyva",
    }


def read_sample(url: str) -> Sample:
    with psycopg.connect(url) as connection:

        def one(sql, *params):
            return connection.execute(sql, params).fetchone()

        live = one("SELECT count(*) FROM posts WHERE deleted_at IS NULL")[0]
        pages = -(-live // PER_PAGE)
        deep = max(2, pages // 2)
        cursor = one(
            "SELECT created_at, id FROM posts WHERE deleted_at IS NULL "
            "ORDER BY created_at DESC, id DESC OFFSET %s LIMIT 1",
            (deep - 1) * PER_PAGE - 1,
        )
        by_author = (
            "SELECT author_id FROM posts WHERE deleted_at IS NULL GROUP BY 1 "
            "HAVING count(*) {} ORDER BY count(*) {}, 1 LIMIT 1"
        )
        posts = connection.execute(
            "SELECT id FROM posts WHERE id = ANY(%s) AND deleted_at IS NULL AND kind = 'post' "
            "AND status IN ('published', 'draft')",
            [[1 + number * (live - 1) // 400 for number in range(400)]],
        ).fetchall()
        return Sample(
            live=live,
            deep_page=deep,
            last_page=pages,
            cursor=cursor,
            authors={
                "busy": one(by_author.format(">= 0", "DESC"))[0],
                "few": one(by_author.format(">= 20", "ASC"))[0],
            },
            posts=[row[0] for row in posts],
            words=words(),
        )
