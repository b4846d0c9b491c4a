"""Chunks of rows, made one after the other or by several processes, always in the same order."""

import multiprocessing
import os
from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from threading import Thread
from typing import NamedTuple

from . import conversation, people, writing
from .plan import Plan
from .tables import COLUMNS, COPY, Dialect


class Chunk(NamedTuple):
    """What is to be made: rows of one table by number; for posts, their numbers of comments."""

    table: str
    rows: range
    comments: array | None = None


class Made(NamedTuple):
    """Rows as tuples, or as the text that COPY reads, and the posts whose count goes up."""

    rows: list[tuple] | bytes
    count: int
    counted: array | None


def make(plan: Plan, chunk: Chunk, dialect: Dialect) -> Made:
    counted = None
    match chunk.table:
        case "users":
            rows = people.users(plan, chunk.rows, dialect)
        case "profiles":
            rows = people.profiles(plan, chunk.rows, dialect)
        case "posts":
            rows = writing.posts(plan, chunk.rows, dialect, chunk.comments)
        case "posts_tags":
            rows = writing.posts_tags(plan, chunk.rows, dialect)
        case "comments":
            rows = conversation.comments(plan, chunk.rows, dialect)
            counted = conversation.counted_posts(rows, dialect)
        case "categories":
            rows = writing.categories()
        case "tags":
            rows = writing.tags()
    if dialect is COPY:
        return Made(copy_text(chunk.table, rows), len(rows), counted)
    return Made(rows, len(rows), counted)


def copy_text(table: str, rows: list[tuple]) -> bytes:
    """Rows as PostgreSQL's COPY reads them in its text format."""
    line = "\t".join(["%s"] * len(COLUMNS[table].split())) + "\n"
    return "".join([line % row for row in rows]).encode()


_plan: Plan | None = None


def _start(plan: Plan) -> None:
    global _plan  # noqa: PLW0603 -- the plan is sent to a process once, not with every chunk
    _plan = plan
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A process waiting for its next chunk would outlive a parent that was killed, for ever.
    multiprocessing.parent_process().join()
    os._exit(1)


def _make(chunk: Chunk) -> Made:
    # `is COPY` does not survive the way from process to process: the name does.
    return make(_plan, chunk, COPY)


class Makers:
    """Processes that make chunks ahead of the one that writes them; as few as 0."""

    def __init__(self, plan: Plan, processes: int):
        self.plan, self.processes, self.pool = plan, processes, None

    def __enter__(self) -> "Makers":
        if self.processes:
            # Spawned, not forked: a fork would share the database connection's socket.
            context = multiprocessing.get_context("spawn")
            self.pool = ProcessPoolExecutor(self.processes, context, _start, (self.plan,))
        return self

    def __exit__(self, *problem) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def copy_texts(self, chunks: Iterator[Chunk]) -> Iterator[Made]:
        """Each chunk as COPY's text, in order, at most two a process made ahead."""
        if self.pool is None:
            yield from (make(self.plan, chunk, COPY) for chunk in chunks)
            return
        ahead = deque()
        for chunk in chunks:
            ahead.append(self.pool.submit(_make, chunk))
            if len(ahead) > 2 * self.processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
