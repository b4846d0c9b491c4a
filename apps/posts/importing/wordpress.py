"""Writes what a WordPress export holds, in batches; a second import changes nothing.

A record is known by its import key: the site and its id there. What is known is left
alone, for staff may have edited it since; new comments on a known post are added.
A batch is one transaction: a killed import leaves whole batches, and the next run
goes on behind them. When a batch fails, its items are written one by one, each in a
savepoint, so only the one that cannot be kept is refused.
"""

from collections.abc import Callable
from typing import BinaryIO

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from apps.posts.importing.drafts import draft_post
from apps.posts.importing.report import Report
from apps.posts.importing.writer import KINDS, Draft, Writer
from apps.posts.wordpress.reader import Export, Problem
from apps.posts.wordpress.records import Author, Item, RecordError, Site, Term

BATCH_ITEMS = 200
BATCH_CHARACTERS = 4_000_000
BATCH_TERMS = 1_000


def import_wordpress(
    file: BinaryIO, *, dry_run: bool = False, progress: Callable[[int], None] | None = None
) -> Report:
    """Import the posts, pages, comments, authors, categories and tags of an export.

    `progress` hears how many bytes have been read. A dry run does everything in one
    transaction and takes it back. A database that fails stops the import with its
    error; what was imported until then stays, and a new run continues.
    """
    importer = _Importer(progress)
    if not dry_run:
        return importer.run(file)
    with transaction.atomic():
        report = importer.run(file)
        transaction.set_rollback(True)
    return report


class _Importer:
    def __init__(self, progress: Callable[[int], None] | None):
        self._progress = progress
        self._report = Report()
        self._now = timezone.now()
        self._writer = Writer()
        self._terms: list[Term] = []
        self._items: list[Item] = []
        self._characters = 0
        # Only ids are kept of what has been read: some 100 MB for a million of them.
        self._seen_items: set[int] = set()
        self._seen_comments: set[int] = set()

    def run(self, file: BinaryIO) -> Report:
        export = Export(file)
        for record in export:
            self._take(record)
            if self._is_full():
                self._flush()
            if self._progress:
                self._progress(export.bytes_read)
        self._flush()
        self._report.change(
            "control character that no text may hold: left out", count=export.control_characters
        )
        return self._report

    def _is_full(self) -> bool:
        return (
            len(self._items) >= BATCH_ITEMS
            or len(self._terms) >= BATCH_TERMS
            or self._characters >= BATCH_CHARACTERS
        )

    def _take(self, record: Site | Author | Term | Item | Problem) -> None:
        if isinstance(record, Problem):
            self._report.refuse(record.kind, record.message)
        elif isinstance(record, Site):
            self._writer.site = self._writer.accounts.site = record.address
        elif isinstance(record, Author):
            self._writer.accounts.add(record)
        elif isinstance(record, Term):
            self._take_term(record)
        elif record.kind not in KINDS:
            self._report.leave_out(record.kind, record.title or record.slug)
            self._report.leave_out(f"comment on a {record.kind}", count=len(record.comments))
        else:
            self._take_item(record)

    def _take_term(self, term: Term) -> None:
        if term.kind not in {"category", "post_tag"}:
            self._report.leave_out(f"{term.kind} term", term.name)
            return
        self._report.leave_out("description of a category or tag", term.name, term.has_description)
        self._report.leave_out("place of a category under another", term.name, term.has_parent)
        self._terms.append(term)

    def _take_item(self, item: Item) -> None:
        if item.id in self._seen_items:
            message = f"line {item.line}: item {item.id} stands in the file twice."
            self._refuse(item, message, self._report)
            return
        self._seen_items.add(item.id)
        comments = []
        for comment in item.comments:
            if comment.id in self._seen_comments:
                message = f"line {comment.line}: comment {comment.id} stands in the file twice."
                self._report.refuse("comment", message)
            else:
                self._seen_comments.add(comment.id)
                comments.append(comment)
        item.comments = comments
        self._items.append(item)
        self._characters += len(item.content) + sum(len(one.content) for one in comments)

    def _refuse(self, item: Item, message: str, report: Report) -> None:
        report.refuse(item.kind, message)
        if item.comments:
            more = f"line {item.line}: with item {item.id} go its {len(item.comments)} comments."
            report.refuse("comment", more, count=len(item.comments))

    def _flush(self) -> None:
        items, self._items, self._characters = self._items, [], 0
        terms, self._terms = self._terms, []
        if terms:
            self._report.add(
                self._in_transaction(lambda report: self._writer.write_terms(terms, report))
            )
        if not items:
            return
        drafts = self._drafts(items)
        try:
            self._report.add(
                self._in_transaction(lambda report: self._writer.write(items, drafts, report))
            )
        except (IntegrityError, DataError):
            for item in items:
                self._write_alone(item, drafts)

    def _drafts(self, items: list[Item]) -> dict[int, Draft]:
        """The new posts by the id of their item; made before any lock is taken, for it is slow."""
        known = self._writer.known_posts(items)
        drafts = {}
        for item in items:
            if item.id in known:
                continue
            report = Report()
            try:
                post = draft_post(item, self._writer.site, self._now, report)
                drafts[item.id] = Draft(item, post, post.slug, report)
            except RecordError as error:
                self._refuse(item, str(error), self._report)
        return drafts

    def _write_alone(self, item: Item, drafts: dict[int, Draft]) -> None:
        try:
            self._report.add(
                self._in_transaction(lambda report: self._writer.write([item], drafts, report))
            )
        except (IntegrityError, DataError) as error:
            reason = str(error).partition("\n")[0]
            message = f"line {item.line}: item {item.id} was refused by the database: {reason}"
            self._refuse(item, message, self._report)

    def _in_transaction(self, write: Callable[[Report], None]) -> Report:
        """What the write reports; a failed one leaves neither rows nor counts nor known ids."""
        report = Report()
        try:
            with transaction.atomic():
                write(report)
        except (IntegrityError, DataError):
            self._writer.forget()
            raise
        return report
