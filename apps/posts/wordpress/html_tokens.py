"""HTML cut into tags, texts and comments, in one pass whatever the input.

The standard library's parser is quadratic in unfinished tags and comments (1 MB of
`<!--` does not end); this one looks for an end once and then takes the rest as text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)")
TAG_END = re.compile(r"""(?:[^>"']+|"[^"]*"|'[^']*')*+>""")
ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
# What stands in these is no text of the page, nor markup.
RAW = {"script", "style", "template", "textarea", "title", "noembed", "xmp", "plaintext"}


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """`raw` is what stands in an element that holds no markup, such as a script."""

    name: str
    is_end: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    raw: str = ""


def tokens(html: str) -> Iterator[Text | Comment | Tag]:
    cutter = _Cutter(html)
    while cutter.position < len(html):
        yield cutter.next()


class _Cutter:
    def __init__(self, html: str):
        self.html = html
        self.position = 0
        self._last_comment_end = html.rfind("-->")
        self._last_tag_end = html.rfind(">")

    def next(self) -> Text | Comment | Tag:
        start = self.html.find("<", self.position)
        if start < 0:
            return self._text(len(self.html))
        if start > self.position:
            return self._text(start)
        return self._comment() or self._declaration() or self._tag() or self._text(start + 1)

    def _text(self, end: int) -> Text:
        text, self.position = self.html[self.position : end], end
        return Text(unescape(text))

    def _comment(self) -> Comment | None:
        start = self.position
        if not self.html.startswith("<!--", start) or start + 4 > self._last_comment_end:
            return None
        end = self.html.index("-->", start + 4)
        self.position = end + 3
        return Comment(self.html[start + 4 : end].strip())

    def _declaration(self) -> Comment | None:
        """`<!DOCTYPE …>`, `<?xml …>`, `<![CDATA[…`: nothing to show."""
        start = self.position
        if self.html[start + 1 : start + 2] not in {"!", "?"} or start > self._last_tag_end:
            return None
        if self.html.startswith("<!--", start):
            return None
        self.position = self.html.index(">", start) + 1
        return Comment(self.html[start + 1 : self.position - 1])

    def _tag(self) -> Tag | None:
        name = NAME.match(self.html, self.position)
        if not name or name.end() > self._last_tag_end:
            return None
        end = TAG_END.match(self.html, name.end())
        if not end:
            self._last_tag_end = -1
            return None
        is_end = self.html[self.position + 1] == "/"
        self.position = end.end()
        tag = name[1].lower()
        attributes = {} if is_end else _attributes(self.html[name.end() : end.end() - 1])
        raw = self._raw(tag) if tag in RAW and not is_end else ""
        return Tag(tag, is_end, attributes, raw)

    def _raw(self, name: str) -> str:
        end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self.html, self.position)
        start, stop = self.position, end.start() if end else len(self.html)
        self.position = end.end() if end else len(self.html)
        return self.html[start:stop]


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): unescape((match[2] or "").strip("\"'"))
        for match in ATTRIBUTE.finditer(text)
    }
