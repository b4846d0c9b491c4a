"""Writes what a WordPress export holds, in batches; a second import changes nothing.

A record is known by its import key: the site and its id there. What is known is left
alone, for staff may have edited it since; new comments on a known post are added.
A batch is one transaction: a killed import leaves whole batches, and the next run
goes on behind them. When a batch fails, its items are written one by one, each in a
savepoint, so only the one that cannot be kept is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from apps.posts.importing.accounts import Accounts
from apps.posts.importing.drafts import draft_comment, draft_post
from apps.posts.importing.keys import import_key
from apps.posts.importing.report import Report
from apps.posts.importing.slugs import Slugs
from apps.posts.importing.terms import Terms
from apps.posts.models import Category, Comment, Post, Tag
from apps.posts.wordpress import records
from apps.posts.wordpress.reader import Export, Problem
from apps.posts.wordpress.records import Author, Item, RecordError, Site, Term

BATCH_ITEMS = 200
BATCH_CHARACTERS = 4_000_000
# SQLite takes 32,766 parameters in a statement.
KEYS_AT_ONCE = 5_000
KINDS = {"post": "posts", "page": "pages"}


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


@dataclass(slots=True)
class _Draft:
    """A post ready to be written, the slug it would like, and what was changed on the way."""

    item: Item
    post: Post
    slug: str
    report: Report


class _Importer:
    def __init__(self, progress: Callable[[int], None] | None):
        self._progress = progress
        self._report = Report()
        self._site = "unknown"
        self._now = timezone.now()
        self._accounts = Accounts()
        self._categories = Terms(Category)
        self._tags = Terms(Tag)
        self._slugs = Slugs()
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
            if len(self._items) >= BATCH_ITEMS or self._characters >= BATCH_CHARACTERS:
                self._flush()
            if self._progress:
                self._progress(export.bytes_read)
        self._flush()
        self._report.change(
            "control character that no text may hold: left out", count=export.control_characters
        )
        return self._report

    def _take(self, record: Site | Author | Term | Item | Problem) -> None:
        if isinstance(record, Problem):
            self._report.refuse(record.kind, record.message)
        elif isinstance(record, Site):
            self._site = self._accounts.site = record.address
        elif isinstance(record, Author):
            self._accounts.add(record)
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
            self._report.add(self._in_transaction(lambda report: self._write_terms(terms, report)))
        if not items:
            return
        drafts = self._drafts(items)
        try:
            self._report.add(
                self._in_transaction(lambda report: self._write(items, drafts, report))
            )
        except (IntegrityError, DataError):
            for item in items:
                self._write_alone(item, drafts)

    def _drafts(self, items: list[Item]) -> dict[int, _Draft]:
        """The new posts by the id of their item; made before any lock is taken, for it is slow."""
        known = self._known_posts(items)
        drafts = {}
        for item in items:
            if item.id in known:
                continue
            report = Report()
            try:
                post = draft_post(item, self._site, self._now, report)
                drafts[item.id] = _Draft(item, post, post.slug, report)
            except RecordError as error:
                self._refuse(item, str(error), self._report)
        return drafts

    def _write_alone(self, item: Item, drafts: dict[int, _Draft]) -> None:
        try:
            self._report.add(
                self._in_transaction(lambda report: self._write([item], drafts, report))
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
            for known in (self._accounts, self._categories, self._tags, self._slugs):
                known.forget()
            raise
        return report

    def _write_terms(self, terms: list[Term], report: Report) -> None:
        self._categories.resolve((one for one in terms if one.kind == "category"), report)
        self._tags.resolve((one for one in terms if one.kind == "post_tag"), report)

    # One batch: a fixed number of statements, whatever it holds.

    def _write(self, items: list[Item], drafts: dict[int, _Draft], report: Report) -> None:
        known = self._known_posts(items)
        new = [drafts[item.id] for item in items if item.id in drafts and item.id not in known]
        for item in items:
            report.existing[KINDS[item.kind]] += item.id in known
        posts = {draft.item.id: draft.post for draft in new} | known
        comments = self._new_comments([item for item in items if item.id in posts], report)
        self._accounts.resolve(list(self._wanted(new, comments)), report)
        self._add_posts(new, report)
        self._add_tags(new, report)
        self._add_comments(comments, posts, report)

    def _known_posts(self, items: list[Item]) -> dict[int, Post]:
        keys = {import_key(self._site, "post", item.id): item.id for item in items}
        rows = Post.objects.filter(import_key__in=keys).only("import_key", "created_at")
        return {keys[post.import_key]: post for post in rows}

    def _new_comments(
        self, items: list[Item], report: Report
    ) -> list[tuple[Item, records.Comment]]:
        known = set()
        keys = [
            import_key(self._site, "comment", comment.id)
            for item in items
            for comment in item.comments
        ]
        for some in _chunks(keys, KEYS_AT_ONCE):
            rows = Comment.objects.filter(import_key__in=some)
            known.update(rows.values_list("import_key", flat=True))
        report.existing["comments"] += len(known)
        return [
            (item, comment)
            for item in items
            for comment in item.comments
            if import_key(self._site, "comment", comment.id) not in known
        ]

    def _wanted(self, new, comments) -> Iterator:
        for draft in new:
            yield self._accounts.of_creator(draft.item.creator)
        for _item, comment in comments:
            if wanted := self._accounts.of_comment(comment):
                yield wanted

    def _add_posts(self, new: list[_Draft], report: Report) -> None:
        first = {draft.item.id: next(_terms(draft.item, "category"), None) for draft in new}
        self._categories.resolve(filter(None, first.values()), report)
        slugs = self._slugs.claim([draft.slug for draft in new])
        for draft, slug in zip(new, slugs, strict=True):
            post, item = draft.post, draft.item
            # A batch that was rolled back has left the ids it was given.
            post.pk, post.slug = None, slug
            if slug != draft.slug:
                report.change("address taken: the next free one", slug)
            post.author_id = self._accounts.id_of(self._accounts.of_creator(item.creator))
            category = first[item.id]
            post.category_id = self._categories.id_of(category) if category else None
            report.created[KINDS[item.kind]] += 1
            report.add(draft.report)
        Post.objects.bulk_create([draft.post for draft in new])

    def _add_tags(self, new: list[_Draft], report: Report) -> None:
        wanted = []
        for draft in new:
            further = list(_terms(draft.item, "category"))[1:]
            for term in further:
                report.change("further category of a post: a tag", term.name)
            wanted += [(draft.post, term) for term in [*further, *_terms(draft.item, "post_tag")]]
            for term in draft.item.terms:
                if term.kind not in {"category", "post_tag"}:
                    report.leave_out(f"{term.kind} of a post", term.name)
        self._tags.resolve((term for _post, term in wanted), report)
        pairs = dict.fromkeys((post.pk, self._tags.id_of(term)) for post, term in wanted)
        link = Post.tags.through
        link.objects.bulk_create([link(post_id=post, tag_id=tag) for post, tag in pairs])

    def _add_comments(self, comments, posts, report: Report) -> None:
        rows = []
        for item, comment in comments:
            wanted = self._accounts.of_comment(comment)
            author = self._accounts.id_of(wanted) if wanted else None
            try:
                row = draft_comment(comment, posts[item.id], author, self._site, report)
            except RecordError as error:
                report.refuse("comment", str(error))
                continue
            row.post = posts[item.id]
            rows.append(row)
        Comment.objects.bulk_create(rows, batch_size=KEYS_AT_ONCE // 2)
        report.created["comments"] += len(rows)
        self._count_comments(rows)

    def _count_comments(self, rows: list[Comment]) -> None:
        """Set the count of each post that got comments: one query, one update a batch."""
        touched = {row.post_id for row in rows}
        counts = Comment.objects.counted().filter(post__in=touched).values("post").order_by()
        posts = [
            Post(pk=row["post"], comment_count=row["number"])
            for row in counts.annotate(number=Count("pk"))
        ]
        Post.objects.bulk_update(posts, ["comment_count"])


def _terms(item: Item, kind: str) -> Iterator[Term]:
    return (term for term in item.terms if term.kind == kind)


def _chunks(values: list, size: int) -> Iterator[list]:
    return (values[start : start + size] for start in range(0, len(values), size))
