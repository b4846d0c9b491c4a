"""Rows that are not saved yet, made of what the export says; the report hears each change."""

import re
from datetime import datetime
from html import unescape

from django.core.exceptions import ValidationError

from apps.posts.importing.accounts import valid_email
from apps.posts.importing.keys import import_key, plain_slug
from apps.posts.importing.report import Report
from apps.posts.markdown import MAX_BYTES, validate_content
from apps.posts.models import Comment, Post
from apps.posts.wordpress import records
from apps.posts.wordpress.content import to_markdown, to_plain_text
from apps.posts.wordpress.records import RecordError

MAX_TITLE = 200
MAX_VISITOR_NAME = 200
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->")
POST_STATUS = {
    "publish": Post.Status.PUBLISHED,
    "future": Post.Status.SCHEDULED,
    "draft": Post.Status.DRAFT,
    "auto-draft": Post.Status.DRAFT,
    "pending": Post.Status.REVIEW,
    "private": Post.Status.ARCHIVED,
    "trash": Post.Status.ARCHIVED,
}
ARCHIVED_BECAUSE = {
    "private": "archived: private in WordPress",
    "trash": "archived: in WordPress’s trash",
}
COMMENT_STATUS = {
    "1": Comment.Status.APPROVED,
    "0": Comment.Status.PENDING,
    "spam": Comment.Status.SPAM,
    "trash": Comment.Status.REMOVED,
    "post-trashed": Comment.Status.REMOVED,
}


def draft_post(item: records.Item, site: str, now: datetime, report: Report) -> Post:
    """The post, but for its author, category and the number of its slug.

    Raises RecordError when its content cannot be kept.
    """
    title = _title(item, report)
    status = _status(item, title, report)
    moment = item.created_at or now
    if not item.created_at:
        report.change("no date: the time of the import", title)
    # A scheduled post was written before now, and its date is when it is to appear.
    created_at = min(moment, item.modified_at or now, now) if status == "scheduled" else moment
    post = Post(
        kind=item.kind,
        title=title,
        slug=_slug(item, title, report),
        content=_content(item, title, report),
        status=status,
        created_at=created_at,
        updated_at=max(item.modified_at or created_at, created_at),
        import_key=import_key(site, "post", item.id),
    )
    if status == Post.Status.PUBLISHED:
        post.published_at = post.first_published_at = moment
    elif status == Post.Status.SCHEDULED:
        post.publish_at = moment
    elif status == Post.Status.REVIEW:
        post.submitted_at = post.updated_at
    _count_losses(item, title, report)
    return post


def _title(item: records.Item, report: Report) -> str:
    text = TAG.sub("", item.title)
    if text != item.title:
        report.change("markup taken out of the title", unescape(text)[:60])
    title = " ".join(unescape(text).split())
    if not title:
        title = f"Untitled {item.id}"
        report.change("no title", title)
    if len(title) > MAX_TITLE:
        report.change(f"title cut at {MAX_TITLE} characters", f"{title[:40]}… ({item.id})")
        title = title[: MAX_TITLE - 1].rstrip() + "…"
    return title


def _status(item: records.Item, title: str, report: Report) -> Post.Status:
    if item.has_password and item.status not in {"trash", "private"}:
        report.change("archived: behind a password in WordPress (which is not stored)", title)
        return Post.Status.ARCHIVED
    if reason := ARCHIVED_BECAUSE.get(item.status):
        report.change(reason, title)
    status = POST_STATUS.get(item.status)
    if status is None:
        report.change(f"unknown status “{item.status[:30]}”: kept as a draft", title)
        return Post.Status.DRAFT
    if status == Post.Status.SCHEDULED and not item.created_at:
        report.change("scheduled without a date: kept as a draft", title)
        return Post.Status.DRAFT
    return status


def _slug(item: records.Item, title: str, report: Report) -> str:
    slug = plain_slug(item.slug or title, f"{item.kind}-{item.id}", MAX_TITLE)
    if item.slug and slug != item.slug:
        report.change("address in other characters", item.slug[:60])
    return slug


def _content(item: records.Item, title: str, report: Report) -> str:
    where = f"line {item.line}: item {item.id}"
    if len(item.content) > 2 * MAX_BYTES:
        raise RecordError(f"{where}: the content is longer than {MAX_BYTES:,} bytes.")
    converted = to_markdown(item.content)
    try:
        validate_content(converted.markdown)
    except ValidationError as error:
        raise RecordError(f"{where}: {error.message}") from error
    for name, count in converted.losses.items():
        report.leave_out(f"in content: {name}", title, count)
    return converted.markdown


def _count_losses(item: records.Item, title: str, report: Report) -> None:
    report.leave_out("excerpt", title, count=item.has_excerpt)
    report.leave_out("place of a page under another", title, count=item.has_parent)
    report.leave_out("sticky", title, count=item.is_sticky)
    report.leave_out("custom field", count=item.custom_fields)


def draft_comment(
    comment: records.Comment, post: Post, author: int | None, site: str, report: Report
) -> Comment:
    """The comment, but for its post's id. Raises RecordError when it has no text."""
    where = f"line {comment.line}: comment {comment.id}"
    body = to_plain_text(comment.content)
    if comment.kind in {"pingback", "trackback"} and comment.author_url:
        # The address is what such a comment is about, and it has no field of its own.
        body = f"{body}\n\n{comment.author_url}".strip()
    elif comment.author_url and author is None:
        report.leave_out("web address of a visitor", comment.author_url[:60])
    if not body:
        raise RecordError(f"{where} has no text.")
    if len(body.encode()) > MAX_BYTES:
        raise RecordError(f"{where} is longer than {MAX_BYTES:,} bytes.")
    report.leave_out("place of a comment in its thread", count=comment.has_parent)
    created_at = comment.created_at or post.created_at
    if not comment.created_at:
        report.change("comment without a date: its post’s", f"comment {comment.id}")
    return Comment(
        author_id=author,
        author_name="" if author else _visitor(comment, report),
        author_email="" if author else _visitor_email(comment, report),
        body=body,
        status=_comment_status(comment, report),
        created_at=created_at,
        updated_at=created_at,
        import_key=import_key(site, "comment", comment.id),
    )


def _visitor(comment: records.Comment, report: Report) -> str:
    name = " ".join(unescape(TAG.sub("", comment.author_name)).split())
    if len(name) > MAX_VISITOR_NAME:
        report.change(f"visitor’s name cut at {MAX_VISITOR_NAME} characters", name[:40])
        name = name[: MAX_VISITOR_NAME - 1] + "…"
    if not name:
        name = "Anonymous"
        report.change("visitor without a name", f"comment {comment.id}")
    return name


def _visitor_email(comment: records.Comment, report: Report) -> str:
    email = valid_email(comment.author_email)
    if comment.author_email and not email:
        report.leave_out("malformed e-mail address of a visitor", comment.author_email[:60])
    return email


def _comment_status(comment: records.Comment, report: Report) -> Comment.Status:
    status = COMMENT_STATUS.get(comment.approved)
    if status is None:
        report.change(f"unknown status of a comment “{comment.approved[:30]}”: pending")
        return Comment.Status.PENDING
    return status
