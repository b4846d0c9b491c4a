"""Full text of PostgreSQL at a cost that does not grow with the table or with a word's frequency.

No single form of a text search is safe: `id IN (matches)` takes seconds for a missing word,
`id = ANY(ARRAY(matches))` for a common one, a walk by date for a rare one. So every document also
holds lexemes for its place in time at five widths; a search asks for the newest two buckets, then
for wider ones, by the density it met, until its page is full or nothing is left.
"""

import math
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from django.db import OperationalError, connections, transaction

from apps.backoffice import counts
from apps.backoffice.keyset import WALK_ROWS, Page, around

TIME_BUDGET_SECONDS = 0.5
"""For what no index narrows enough: a phrase of common words, a prefix of many."""
SHIFTS = {"~a": 12, "~b": 15, "~c": 18, "~d": 21, "~e": 24}
"""Bucket lexemes: seconds of the epoch, shifted right (apps/posts/migrations/0002_search.py)."""
FIRST_LEVEL_ROWS = 400
"""A search begins with the narrowest two buckets that hold about so many rows."""


@dataclass
class Found:
    """A page of a search, and what the list has to say about it."""

    page: Page
    complete: bool = False
    """The search came to its end: a first page holds everything there is."""
    prefix: bool = False
    """The last word was taken as the beginning of one; the other pages have to do the same."""
    notices: list[str] = field(default_factory=list)


class SearchStopped(Exception):
    """The time budget of a search ran out."""


@dataclass(frozen=True)
class Words:
    """A text query as SQL that makes a tsquery, with its parameters."""

    sql: str
    params: tuple


def words_of(query: str) -> tuple[Words, Words | None]:
    """What was typed, as whole words and with its last word as the beginning of one.

    websearch syntax: "a phrase", or, -not. The second is None where the last word is none.
    """
    whole = Words("websearch_to_tsquery(search_dictionary(), %s)", (query,))
    match = re.search(r"(?:^|\s)(\w{3,})$", query)
    if not match or query.count('"') % 2:
        return whole, None
    rest, last = query[: match.start()].strip(), f"{match[1]}:*"
    if not rest or rest.lower().endswith(" or"):
        rest = ""
    if not rest:
        return whole, Words("to_tsquery(search_dictionary(), %s)", (last,))
    sql = f"({whole.sql} && to_tsquery(search_dictionary(), %s))"
    return whole, Words(sql, (rest, last))


class Matches:
    """One search over one filtered queryset, from one position on."""

    def __init__(self, search, queryset, filters, between, position, limit):
        self.queryset, self.between = queryset, between
        self.position, self.limit = position, limit
        self.start = None if position.is_end else (position.value, position.pk)
        self.connection = connections[queryset.db]
        self.table = search.document._meta.db_table
        self.key = search.document._meta.pk.column
        self.lexemes = [
            f"{lexeme}{filters[name]}" for name, lexeme in search.lexemes.items() if name in filters
        ]
        self.is_filtered = bool(filters)
        self.rows, self.stop = [], self.start or (datetime.now(UTC), 0)

    def run(self, words: Words) -> Found:
        """Level after level until the page is full; see the module.

        Raises SearchStopped when the time is up; `stopped` is the page then.
        """
        level, last_level = 0, len(self.levels) - 1
        while True:
            buckets, edge = self.levels[level]
            self.rows, seen, last = self._ask(words, buckets)
            if len(self.rows) > self.limit:
                return self._found()
            if seen >= WALK_ROWS:
                notice = (
                    f"{WALK_ROWS:,} matches from here to {last[0]:%d %b %Y} were compared with "
                    "the filters. Go on to see more."
                )
                return self._found(last, notice)
            if level == last_level:
                return self._found(complete=True)
            self.stop = (edge, 0)
            level += _step(len(self.rows), seen, self.limit)
            # Near the end everything costs little more than nearly everything.
            level = last_level if level >= last_level - 1 and not self.rows else level
            level = min(level, last_level)

    def stopped(self) -> Found:
        """What was found before the time was up; the next page goes on from there."""
        notice = (
            f"The search stopped after {TIME_BUDGET_SECONDS} s, at {self.stop[0]:%d %b %Y}. "
            "Go on from there, or add a word or a filter."
        )
        return self._found(self.stop, notice)

    def _found(self, stop=None, notice="", complete=False) -> Found:
        page = around(self.rows, self.position, self.limit, stop)
        return Found(page, complete=complete, notices=[notice] if notice else [])

    @cached_property
    def levels(self) -> list[tuple[list[str], datetime | None]]:
        """Per level the lexemes of its two buckets and how far they reach, eightfold each time.

        The last one asks every row: no lexeme, no edge.
        """
        first, last = self._ends()
        if first is None:
            return [([], None)]
        lower = max(self.between[0] or first, first)
        upper = min(self.between[1] or last, last)
        backwards = self.position.backwards
        at = self.position.value or (lower if backwards else upper)
        span = max(1.0, (last - first).total_seconds())
        model = self.queryset.model
        total = counts.kept((model, "about"), lambda: counts.about(self.queryset) or 0)
        levels = []
        for lexeme, shift in SHIFTS.items():
            if 2 * (1 << shift) * total / span < FIRST_LEVEL_ROWS:
                continue
            bucket = math.floor(at.timestamp()) >> shift
            other = bucket + 1 if backwards else bucket - 1
            edge = datetime.fromtimestamp((other + backwards) << shift, UTC)
            if edge > upper if backwards else edge <= lower:
                break
            levels.append(([f"{lexeme}{bucket}", f"{lexeme}{other}"], edge))
        return [*levels, ([], None)]

    def _ends(self) -> tuple[datetime | None, datetime | None]:
        """When the oldest and the newest row that is not in the trash were made."""
        table = self.queryset.model._meta.db_table
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(created_at), max(created_at) "  # noqa: S608  # nosec B608
                f"FROM {table} WHERE deleted_at IS NULL"
            )
            return cursor.fetchone()

    @cached_property
    def filtered(self) -> tuple[str, tuple]:
        """The filters as SQL that gives the ids they let through, made once for all levels."""
        return self.queryset.order_by().values("pk").query.sql_with_params()

    def _ask(self, words, buckets):
        """One level: the rows that pass the filters, the number of matches seen, the last of them.

        The matches are cut off before they meet the filters, so that the planner cannot turn to
        a walk by date, and tries few of them before it tries many.
        """
        few = 4 * (self.limit + 1) if self.is_filtered else self.limit + 31
        rows, seen, last = self._select(words, buckets, few)
        if len(rows) <= self.limit and seen == few:
            rows, seen, last = self._select(words, buckets, WALK_ROWS)
        return rows, seen, last

    def _select(self, words, buckets, candidates):
        sql, params = words.sql, list(words.params)
        for lexeme in self.lexemes:
            sql, params = f"{sql} && %s::tsquery", [*params, f"'{lexeme}'"]
        if buckets:
            sql = f"({sql}) && %s::tsquery"
            params.append(" | ".join(f"'{lexeme}'" for lexeme in buckets))
        where = [f"document @@ ({sql})"]
        way, other_way, compare = (
            ("ASC", "DESC", ">") if self.position.backwards else ("DESC", "ASC", "<")
        )
        if self.start:
            where.append(f"(created_at, {self.key}) {compare} (%s, %s)")
            params.extend(self.start)
        for bound, operator in zip(self.between, (">=", "<"), strict=True):
            if bound:
                where.append(f"created_at {operator} %s")
                params.append(bound)
        filtered, filter_params = self.filtered
        statement = f"""
            WITH matches AS MATERIALIZED (
                SELECT {self.key} AS id, created_at FROM {self.table}
                WHERE {" AND ".join(where)}
                ORDER BY created_at {way}, {self.key} {way} LIMIT {candidates}
            ), passed AS (
                SELECT id, created_at FROM matches
                WHERE EXISTS (SELECT FROM ({filtered}) AS f (id) WHERE f.id = matches.id)
                ORDER BY created_at {way}, id {way} LIMIT {self.limit + 1}
            ), last AS (
                SELECT id, created_at FROM matches
                ORDER BY created_at {other_way}, id {other_way} LIMIT 1
            )
            SELECT 0, id, created_at FROM passed
            UNION ALL SELECT 1, id, created_at FROM last
            UNION ALL SELECT 2, count(*), NULL FROM matches
        """  # noqa: S608  # nosec B608  (columns of models; every value is a parameter)
        with self.connection.cursor() as cursor:
            cursor.execute(statement, [*params, *filter_params])
            found = cursor.fetchall()
        rows = [(pk, at) for part, pk, at in found if part == 0]
        rows.sort(key=lambda row: (row[1], row[0]), reverse=way == "DESC")
        last = next(((at, pk) for part, pk, at in found if part == 1), None)
        seen = next(count for part, count, _ in found if part == 2)
        return rows, seen, last

    @contextmanager
    def time_budget(self):
        """Let each statement inside take TIME_BUDGET_SECONDS at most; raises SearchStopped.

        And never read the documents from end to end: where a word's estimate is wrong the planner
        would, and at ten million rows that is seconds.
        """
        wanted = {"statement_timeout": f"{TIME_BUDGET_SECONDS}s", "enable_seqscan": "off"}
        try:
            with transaction.atomic(using=self.connection.alias):
                before = self._set(wanted)
                yield
                if self.connection.savepoint_ids:
                    # A transaction of the caller's goes on: its own settings have to come back.
                    self._set(before)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == "57014":
                raise SearchStopped from error
            raise

    def _set(self, values: dict[str, str]) -> dict[str, str]:
        """Settings for this transaction; gives what they were."""
        parts = ", ".join("current_setting(%s), set_config(%s, %s, true)" for _ in values)
        params = [part for name, value in values.items() for part in (name, name, value)]
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT {parts}", params)
            return dict(zip(values, cursor.fetchone()[::2], strict=True))


def _step(found: int, seen: int, limit: int) -> int:
    """How many levels to go on, one to three, after a level gave `found` rows of `seen` matches.

    So far that three pages should be found, by what was found so far, and no further than
    twice the matches a page may look at; where nothing was seen, as far as can be.
    """
    if not seen:
        return 3
    times = min(3 * limit / max(found, 0.3), 2 * WALK_ROWS / seen)
    return max(1, min(3, int(math.log(max(times, 1), 8))))
