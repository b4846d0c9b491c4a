"""Writes a batch of an export: a fixed number of statements, whatever it holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from apps.posts.importing.accounts import Accounts
from apps.posts.importing.drafts import draft_comment
from apps.posts.importing.entries import record_import
from apps.posts.importing.keys import import_key
from apps.posts.importing.report import Report
from apps.posts.importing.slugs import Slugs
from apps.posts.importing.terms import Terms
from apps.posts.models import Category, Comment, Post, Tag
from apps.posts.wordpress import records
from apps.posts.wordpress.records import Item, RecordError, Term

# SQLite takes 32,766 parameters in a statement.
KEYS_AT_ONCE = 5_000
KINDS = {"post": "posts", "page": "pages"}


@dataclass(slots=True)
class Draft:
    """A post ready to be written, the slug it would like, and what was changed on the way."""

    item: Item
    post: Post
    slug: str
    report: Report


class Writer:
    """Call within a transaction, and `forget` when that was rolled back."""

    def __init__(self):
        self.site = "unknown"
        self.accounts = Accounts()
        self._categories = Terms(Category)
        self._tags = Terms(Tag)
        self._slugs = Slugs()

    def forget(self) -> None:
        """Trust the database again: what was made is not there."""
        for known in (self.accounts, self._categories, self._tags, self._slugs):
            known.forget()

    def write_terms(self, terms: list[Term], report: Report) -> None:
        self._categories.resolve((one for one in terms if one.kind == "category"), report)
        self._tags.resolve((one for one in terms if one.kind == "post_tag"), report)

    def write(self, items: list[Item], drafts: dict[int, Draft], report: Report) -> None:
        """Write those of the items that are new, and the new comments of all."""
        known = self.known_posts(items)
        new = [drafts[item.id] for item in items if item.id in drafts and item.id not in known]
        for item in items:
            report.existing[KINDS[item.kind]] += item.id in known
        posts = {draft.item.id: draft.post for draft in new} | known
        comments = self._new_comments([item for item in items if item.id in posts], report)
        self.accounts.resolve(list(self._wanted(new, comments)), report)
        self._add_posts(new, report)
        self._add_tags(new, report)
        self._add_comments(comments, posts, report)

    def known_posts(self, items: list[Item]) -> dict[int, Post]:
        """The posts of items imported before, by the id of the item."""
        keys = {import_key(self.site, "post", item.id): item.id for item in items}
        rows = Post.objects.filter(import_key__in=keys).only("import_key", "created_at")
        return {keys[post.import_key]: post for post in rows}

    def _new_comments(
        self, items: list[Item], report: Report
    ) -> list[tuple[Item, records.Comment]]:
        known = set()
        keys = [
            import_key(self.site, "comment", comment.id)
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
            if import_key(self.site, "comment", comment.id) not in known
        ]

    def _wanted(self, new, comments) -> Iterator:
        for draft in new:
            yield self.accounts.of_creator(draft.item.creator)
        for _item, comment in comments:
            if wanted := self.accounts.of_comment(comment):
                yield wanted

    def _add_posts(self, new: list[Draft], report: Report) -> None:
        first = {draft.item.id: next(_terms(draft.item, "category"), None) for draft in new}
        self._categories.resolve(filter(None, first.values()), report)
        slugs = self._slugs.claim([draft.slug for draft in new])
        for draft, slug in zip(new, slugs, strict=True):
            post, item = draft.post, draft.item
            # A batch that was rolled back has left the ids it was given.
            post.pk, post.slug = None, slug
            if slug != draft.slug:
                report.change("address taken: the next free one", slug)
            post.author_id = self.accounts.id_of(self.accounts.of_creator(item.creator))
            category = first[item.id]
            post.category_id = self._categories.id_of(category) if category else None
            report.created[KINDS[item.kind]] += 1
            report.add(draft.report)
        Post.objects.bulk_create([draft.post for draft in new])
        record_import(draft.post for draft in new)

    def _add_tags(self, new: list[Draft], report: Report) -> None:
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
            wanted = self.accounts.of_comment(comment)
            author = self.accounts.id_of(wanted) if wanted else None
            try:
                row = draft_comment(comment, posts[item.id], author, self.site, report)
            except RecordError as error:
                report.refuse("comment", str(error))
                continue
            row.post = posts[item.id]
            rows.append(row)
        Comment.objects.bulk_create(rows, batch_size=KEYS_AT_ONCE // 2)
        record_import(rows)
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
