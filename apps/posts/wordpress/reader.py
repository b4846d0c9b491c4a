"""Streams a WordPress export: one record in memory at a time, whatever the file's size.

    for record in Export(file):
        ...  # Site, Author, Term, Item, or a Problem naming the line

A record that cannot be kept becomes a Problem and the reading goes on; a file that
stops being XML ends with one, after everything that stood before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree.ElementTree import ParseError  # nosec B405: the class of an error, not a parser

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from apps.posts.wordpress.elements import RECORDS, Collector, Element
from apps.posts.wordpress.records import (
    Author,
    Item,
    RecordError,
    Site,
    Term,
    read_author,
    read_item,
    read_term,
)

INVALID_SYNTAX = 2  # the parser's number for text outside of any element
CHUNK_BYTES = 65_536
# XML forbids these and WordPress writes them when an author pasted them.
FORBIDDEN = bytes(code for code in range(32) if code not in b"\t\n\r")
READERS = {
    "item": read_item,
    "wp:author": read_author,
    "wp:category": read_term,
    "wp:tag": read_term,
    "wp:term": read_term,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, in a sentence that names the line.

    `kind` is the element that was lost: item, comment, author, term or file.
    """

    kind: str
    message: str


class Export:
    """The records of a file in its order; iterate once.

    `bytes_read` grows with the iteration. `control_characters` counts what XML
    forbids and was left out.
    """

    def __init__(self, file: BinaryIO):
        self.bytes_read = 0
        self.control_characters = 0
        self._file = file
        self._collector = Collector()
        self._parser = DefusedXMLParser(target=self._collector)
        self._collector.parser = self._parser.parser
        self._keep_controls = False

    def __iter__(self) -> Iterator[Site | Author | Term | Item | Problem]:
        broken = None
        while broken is None and (chunk := self._read()):
            broken = self._feed(chunk)
            yield from self._records()
        if broken is None:
            broken = self._finish()
            yield from self._records()
        if broken is None and not self._collector.is_export:
            broken = "This is not a WordPress export: it has no <rss><channel>."
        if broken:
            yield Problem("file", broken)

    def _read(self) -> bytes:
        chunk = self._file.read(CHUNK_BYTES)
        if not self.bytes_read:
            # Each character of UTF-16 may have a zero byte.
            self._keep_controls = chunk[:2] in {b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"}
        self.bytes_read += len(chunk)
        if self._keep_controls:
            return chunk
        clean = chunk.translate(None, FORBIDDEN)
        self.control_characters += len(chunk) - len(clean)
        # A chunk of nothing else is not the end of the file.
        return clean or (b" " if chunk else b"")

    def _feed(self, chunk: bytes) -> str | None:
        try:
            self._parser.feed(chunk)
        except ParseError as error:
            return _not_xml(error)
        except DefusedXmlException as error:
            return (
                f"line {self._parser.parser.CurrentLineNumber}: the file declares entities of "
                f"its own, which no export of WordPress does ({type(error).__name__}); "
                "nothing is read from here on."
            )
        except (ValueError, LookupError) as error:
            return f"The file's encoding cannot be read ({error})."
        return None

    def _finish(self) -> str | None:
        try:
            self._parser.close()
        except ParseError as error:
            if error.code == INVALID_SYNTAX:
                return _not_xml(error)
            return f"line {error.position[0]}: the file ends too early ({error})."
        return None

    def _records(self) -> Iterator[Site | Author | Term | Item | Problem]:
        while self._collector.done:
            element = self._collector.done.popleft()
            if isinstance(element, ValueError):
                yield Problem("item", str(element))
            elif element.name in {"link", "wp:base_blog_url"}:
                yield Site(element.text.partition("://")[2].strip("/").lower() or element.text)
            elif element.name in RECORDS:
                yield from _read_record(element)


def _not_xml(error: ParseError) -> str:
    return f"line {error.position[0]}: the file is not XML from here on ({error})."


def _read_record(element: Element) -> Iterator[Author | Term | Item | Problem]:
    kind = element.name.removeprefix("wp:")
    reader = READERS.get(element.name)
    if reader is None:
        message = f"line {element.line}: the {kind} stands outside of any item: its post is absent."
        yield Problem(kind, message)
        return
    try:
        record = reader(element)
    except RecordError as error:
        yield Problem(kind, str(error))
        for comment in element.all("wp:comment"):
            yield Problem("comment", f"line {comment.line}: the comment’s post was refused.")
        return
    yield record
    if isinstance(record, Item):
        yield from (Problem("comment", message) for message in record.problems)
