"""The elements of a WordPress export as its parser meets them, one record at a time."""

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# More than any post: what stands open beyond it is a broken or a hostile file.
MAX_RECORD_CHARACTERS = 16_000_000
MAX_DEPTH = 100
ELEMENT_COST = 200  # characters that an element without text counts for

RECORDS = {"item", "wp:author", "wp:category", "wp:tag", "wp:term", "wp:comment"}
# The versions of the format differ in their namespace, and one file in http or https.
PREFIXES = {
    "purl.org/rss/1.0/modules/content/": "content:",
    "purl.org/dc/elements/1.1/": "dc:",
}


@dataclass(slots=True)
class Element:
    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def get(self, name: str) -> str:
        """The text of the first child of that name; empty when there is none."""
        return next((child.text for child in self.children if child.name == name), "")

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]


class Collector:
    """The target of the XML parser: keeps one record in memory, and hands out whole ones.

    `done` holds finished elements of the channel, and a ValueError for one too large.
    """

    def __init__(self):
        self.done: deque[Element | ValueError] = deque()
        self.is_export = False
        self.parser = None
        self._open: list[Element] = []
        self._depth = 0
        self._cost = 0
        self._skip_below = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth <= 2:
            self.is_export |= (self._depth, tag) == (2, "channel")
            return
        if self._skip_below:
            return
        element = Element(_short(tag), self.parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._spend(ELEMENT_COST + sum(map(len, attributes.values())))

    def data(self, text: str) -> None:
        if self._open:
            self._open[-1].pieces.append(text)
            self._spend(len(text))

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._skip_below:
            if self._depth < self._skip_below:
                self._skip_below = 0
            return
        if self._open:
            element = self._open.pop()
            if not self._open:
                self._cost = 0
                self.done.append(element)

    def close(self) -> None:
        """What the parser asks its target for at the end."""

    def _spend(self, cost: int) -> None:
        self._cost += cost
        if self._cost > MAX_RECORD_CHARACTERS or len(self._open) > MAX_DEPTH:
            record = self._open[0]
            self.done.append(
                ValueError(
                    f"line {record.line}: <{record.name}> is larger or more deeply nested "
                    f"than any post can be; it was left out."
                )
            )
            self._skip_below = 3
            self._open, self._cost = [], 0


def _short(tag: str) -> str:
    """`{https://wordpress.org/export/1.2/}post_id` as `wp:post_id`."""
    namespace, brace, name = tag.removeprefix("{").rpartition("}")
    if not brace:
        return tag
    address = namespace.partition("://")[2]
    if address.startswith("wordpress.org/export/"):
        return ("excerpt:" if address.rstrip("/").endswith("excerpt") else "wp:") + name
    return PREFIXES.get(address, f"{urlsplit(namespace).netloc}:") + name
