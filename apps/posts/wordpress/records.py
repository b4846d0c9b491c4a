"""What a WordPress export holds, checked and typed: the elements' meaning.

A record that cannot be kept raises RecordError with a sentence naming its line.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote

from django.utils import timezone

from apps.posts.wordpress.elements import Element

NO_DATE = "0000-00-00 00:00:00"


class RecordError(Exception):
    """The record cannot be kept; says which it is and why."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the export comes from: host and path, without the scheme."""

    address: str


@dataclass(frozen=True, slots=True)
class Author:
    login: str
    id: str
    email: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Term:
    """A category or a tag. `kind` is the taxonomy: category, post_tag, nav_menu, post_format…"""

    kind: str
    slug: str
    name: str
    has_description: bool = False
    has_parent: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    line: int
    id: int
    author_name: str
    author_email: str
    author_url: str
    user_id: str
    created_at: datetime | None
    content: str
    approved: str
    kind: str
    has_parent: bool


@dataclass(slots=True)
class Item:
    """A post, a page, or anything else WordPress keeps as one: `kind` says which.

    `problems` are the sentences of comments that could not be read.
    """

    line: int
    id: int
    kind: str
    status: str
    title: str
    slug: str
    creator: str
    content: str
    created_at: datetime | None
    modified_at: datetime | None
    has_password: bool
    has_excerpt: bool
    has_parent: bool
    is_sticky: bool
    custom_fields: int
    terms: list[Term]
    comments: list[Comment]
    problems: list[str] = field(default_factory=list)


def read_author(element: Element) -> Author:
    login = element.get("wp:author_login")
    if not login:
        raise RecordError(f"line {element.line}: the author has no login.")
    return Author(
        login=login,
        id=element.get("wp:author_id"),
        email=element.get("wp:author_email"),
        name=unescape(element.get("wp:author_display_name")) or login,
        line=element.line,
    )


def read_term(element: Element) -> Term:
    kinds = {
        "wp:category": ("category", "category_nicename", "cat_name", "category"),
        "wp:tag": ("post_tag", "tag_slug", "tag_name", "tag"),
        "wp:term": (element.get("wp:term_taxonomy"), "term_slug", "term_name", "term"),
    }
    kind, slug, name, prefix = kinds[element.name]
    term = _term(kind, element.get(f"wp:{slug}"), element.get(f"wp:{name}"), element.line)
    return Term(
        kind=term.kind,
        slug=term.slug,
        name=term.name,
        has_description=bool(element.get(f"wp:{prefix}_description")),
        has_parent=bool(element.get(f"wp:{prefix}_parent")),
    )


def read_item(element: Element) -> Item:
    where = f"line {element.line}"
    kind = element.get("wp:post_type")
    identifier = _identifier(element, "wp:post_id", "the item")
    where = f"{where}: item {identifier}"
    if not kind:
        raise RecordError(f"{where} has no type (wp:post_type).")
    problems: list[str] = []
    return Item(
        line=element.line,
        id=identifier,
        kind=kind,
        status=element.get("wp:status"),
        title=element.get("title"),
        slug=unquote(element.get("wp:post_name")),
        creator=element.get("dc:creator"),
        content="\n".join(child.text for child in element.all("content:encoded")),
        created_at=_date(element, "wp:post_date", where),
        modified_at=_date(element, "wp:post_modified", where),
        has_password=bool(element.get("wp:post_password")),
        has_excerpt=bool(element.get("excerpt:encoded")),
        has_parent=element.get("wp:post_parent") not in {"", "0"},
        is_sticky=element.get("wp:is_sticky") == "1",
        custom_fields=len(element.all("wp:postmeta")),
        terms=[
            _item_term(child)
            for child in element.all("category")
            if child.text or child.attributes.get("nicename")
        ],
        comments=list(_comments(element, problems)),
        problems=problems,
    )


def _comments(item: Element, problems: list[str]):
    for element in item.all("wp:comment"):
        try:
            yield read_comment(element)
        except RecordError as error:
            problems.append(str(error))


def read_comment(element: Element) -> Comment:
    identifier = _identifier(element, "wp:comment_id", "the comment")
    where = f"line {element.line}: comment {identifier}"
    return Comment(
        line=element.line,
        id=identifier,
        author_name=element.get("wp:comment_author"),
        author_email=element.get("wp:comment_author_email"),
        author_url=element.get("wp:comment_author_url"),
        user_id=element.get("wp:comment_user_id"),
        created_at=_date(element, "wp:comment_date", where),
        content=element.get("wp:comment_content"),
        approved=element.get("wp:comment_approved"),
        kind=element.get("wp:comment_type") or "comment",
        has_parent=element.get("wp:comment_parent") not in {"", "0"},
    )


def _item_term(element: Element) -> Term:
    attributes = element.attributes
    kind = attributes.get("domain", "category")
    return _term(kind, attributes.get("nicename", ""), element.text, element.line)


def _term(kind: str, slug: str, name: str, line: int) -> Term:
    name = " ".join(unescape(name).split())
    slug = unquote(slug) or name
    if not slug:
        raise RecordError(f"line {line}: the {kind or 'term'} has neither name nor slug.")
    return Term(kind=kind, slug=slug, name=name or slug)


def _identifier(element: Element, name: str, what: str) -> int:
    text = element.get(name)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**63):
        raise RecordError(f"line {element.line}: {what} has no id: {name} is “{text[:50]}”.")
    return int(text)


def _date(element: Element, name: str, where: str) -> datetime | None:
    """The moment, from the column in UTC, else from the local one in `TIME_ZONE`.

    None when the file gives neither. WordPress writes zeros into a draft's UTC column.
    """
    in_utc, local = element.get(f"{name}_gmt"), element.get(name)
    if in_utc and in_utc != NO_DATE:
        return _parse(in_utc, f"{name}_gmt", where).replace(tzinfo=UTC)
    if not local or local == NO_DATE:
        return None
    moment = _parse(local, name, where).replace(tzinfo=timezone.get_default_timezone())
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(f"{where} has an impossible date: {name} is “{local}”.") from error


def _parse(text: str, name: str, where: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError as error:
        message = f"{where} has an impossible date: {name} is “{text[:50]}”."
        raise RecordError(message) from error
